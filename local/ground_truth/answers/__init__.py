"""What people label and answer, and how answers become labels. It knows no AWS."""
