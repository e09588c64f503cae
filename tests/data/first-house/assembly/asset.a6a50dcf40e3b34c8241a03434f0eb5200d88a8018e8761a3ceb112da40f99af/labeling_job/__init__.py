"""The custom resource `Custom::LabelingJob`: it writes a manifest, starts a job and stops it."""
