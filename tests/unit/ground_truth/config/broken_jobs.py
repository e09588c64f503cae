"""Jobs of environment files that break a rule, each with what is said of it."""

from __future__ import annotations

from dataset.messages import shown

HEAD = """\
region: us-east-1
protected: false
workforce:
  create: {organization: Example Labs, support_email: labeling@example.com}
  teams:
    readers: {description: Reads, workers: [ana@example.com]}
jobs:
"""


def job_text(*lines: str) -> str:
    """Return a job `it` with these lines, and those that every job must have behind them."""
    common = (
        "title: Which?",
        "description: Choose one.",
        "instructions: {short: Choose one.}",
        "team: readers",
    )
    given = {line.partition(":")[0] for line in lines}
    more = [line for line in common if line.partition(":")[0] not in given]
    return "  it:\n" + "".join(f"    {line}\n" for line in (*lines, *more))


CARS = """\
  cars:
    task: bounding-box
    input: Streets/
    labels: [Car, Bus]
    title: Where?
    description: Draw boxes.
    instructions: {short: Draw tight boxes.}
    team: readers
"""


_TASKS = (
    "image-classification, image-classification-multi-label, bounding-box, semantic-segmentation,"
    " text-classification, text-classification-multi-label, named-entity-recognition,"
    " video-classification, video-object-detection, video-object-tracking,"
    " point-cloud-object-detection, point-cloud-object-tracking,"
    " point-cloud-semantic-segmentation, custom"
)
_REVIEWABLE = (
    "bounding-box, semantic-segmentation, video-object-detection, video-object-tracking,"
    " point-cloud-object-detection, point-cloud-object-tracking, point-cloud-semantic-segmentation"
)
_MANY = list(range(51))
_KEY = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
_BOX = ("task: bounding-box", "input: Data/", "labels: [Car]")
CLASSES = ("task: image-classification", "input: Data/", "labels: [Cat, Dog]")
TEXTS = ("task: text-classification", "input: Data/", "labels: [Good, Bad]")
_VIDEO = ("task: video-object-detection", "input: Data/", "labels: [Car]")

#: The lines of a job, and the first line that says what is wrong.
BROKEN: tuple[tuple[tuple[str, ...], str], ...] = (
    (("input: Data/",), "8: jobs.it.task: expected a value, got nothing; add the key"),
    (
        ("task: bounding-boxes",),
        f"9: jobs.it.task: expected one of {_TASKS}, got 'bounding-boxes'",
    ),
    (
        ("task: bounding-box", "labels: [Car]"),
        "8: jobs.it.input: expected a prefix such as Input/, or a mapping with `prefix` or"
        " `manifest`, got neither",
    ),
    (
        ("task: bounding-box", "input: Data/"),
        "8: jobs.it.labels: expected a value, got nothing; add the key",
    ),
    (
        (*_BOX, "instructions:"),
        "12: jobs.it.instructions: expected a value, got nothing; add the key",
    ),
    (
        ("task: bounding-box", *_BOX[1:], "instructions: {short: 'See [it](http://e.com)'}"),
        "12: jobs.it.instructions: expected an address that begins with 'https://' for a link"
        " or picture, got 'http://e.com'; put it where workers' browsers can read it",
    ),
    (
        ("verify: {job: nope, manifest: m, task: bounding-box, label_attribute: x}",),
        "9: jobs.it.verify: expected `verify: nope` for a job of this file, got `job` in a mapping",
    ),
    (
        ("adjust: {manifest: m, task: bounding-box, label_attribute: 'a\"] | x }}<b>'}",),
        "9: jobs.it.adjust: expected letters, digits and inner hyphens as a label attribute's"
        " name, got 'a\"] | x }}<b>'",
    ),
    (
        ("adjust: {manifest: m, task: semantic-segmentation, label_attribute: streets}",),
        "9: jobs.it.adjust: expected a label attribute that ends with '-ref', as all of"
        " semantic-segmentation do, got 'streets'",
    ),
    (
        ("task: custom", "data: pointcloud", "input: Data/", "template: own.html"),
        "10: jobs.it.data: expected one of text, image, video, audio, file, got 'pointcloud'",
    ),
    (
        ("task: semantic-segmentation", "input: {prefix: D/, sample: 50000}", "labels: [Road]"),
        "10: jobs.it.input: expected a `sample` or `limit` of 1 to 20,000 data objects for"
        " semantic-segmentation, got 50,000",
    ),
    (
        ("task: bounding-box", "input: {prefix: D/, limit: 100}", _BOX[2], "auto_label: true"),
        "12: jobs.it.auto_label: expected a `sample` or `limit` of 1,250 to 100,000 data"
        " objects for bounding-box with automated labeling, got 100",
    ),
    (
        (
            "task: semantic-segmentation",
            "input: Data/",
            f"labels: {_MANY[:21]}",
            "auto_label: true",
        ),
        "12: jobs.it.auto_label: expected at most 20 labels for semantic-segmentation with"
        " automated labeling, got 21",
    ),
    (
        ("task: bounding-box", "input: {prefix: D/, seed: 123456789012345678901}", _BOX[2]),
        "10: jobs.it.input.seed: expected -100000000000000000 to 100000000000000000 as a seed,"
        " got 123456789012345678901",
    ),
    (
        ("task: bounding-box", "input: {prefix: D/, include: ['[z-a].jpg']}", _BOX[2]),
        "10: jobs.it.input.include[0]: expected a range such as [a-z] in a pattern, got z-a in"
        " '[z-a].jpg'",
    ),
    (
        (*_BOX, f"output_key: {_KEY.replace('us-east-1', 'eu-west-1')}"),
        "12: jobs.it.output_key: expected an ARN of the Region us-east-1, got"
        f" {shown(_KEY.replace('us-east-1', 'eu-west-1'))}",
    ),
    (
        ("verify: trucks", "labels: [Good, Bad]"),
        "9: jobs.it.verify: expected one of the jobs (it, cars), or a mapping with `manifest`,"
        " `task` and `label_attribute`, got 'trucks'",
    ),
    (
        ("verify: it", "labels: [Good, Bad]"),
        "9: jobs.it.verify: expected a job with labels of its own, got 'it', which leads back"
        " to itself",
    ),
    (
        ("verify: {manifest: a.manifest, task: bounding-box}", "labels: [Good, Bad]"),
        "9: jobs.it.verify: expected the key of a job, or a mapping with `manifest`, `task` and"
        " `label_attribute`, got one without `label_attribute`",
    ),
    (
        ("adjust: {manifest: m, task: text-classification, label_attribute: a}",),
        f"9: jobs.it.adjust: expected labels of {_REVIEWABLE}, which can be reviewed with"
        " `adjust`, got those of 'text-classification'",
    ),
    (
        ("verify: cars", "adjust: cars", "labels: [Good, Bad]"),
        "10: jobs.it.adjust: expected either `verify` or `adjust`, got both",
    ),
    (
        ("verify: cars", "task: bounding-box", "labels: [Good, Bad]"),
        "10: jobs.it.task: expected no task beside `verify` or `adjust`, since it is that of"
        " the labels, got 'bounding-box'",
    ),
    (
        ("verify: cars",),
        "8: jobs.it.labels: expected a value, got nothing; add the key",
    ),
    (
        ("verify: cars", "labels: [Good]"),
        "10: jobs.it.labels: expected at least 2 labels for verification of bounding-box, got"
        " ['Good']",
    ),
    (
        ("adjust: cars", "labels: [Car, Tram]"),
        "10: jobs.it.labels: expected all labels of the job cars, and others behind them if you"
        " like, got none that is 'Bus'",
    ),
    (
        ("adjust: cars", "input: Data/"),
        "10: jobs.it.input: expected `prefix` only for jobs that label, since `verify` and"
        " `adjust` name the objects, got 'Data/'",
    ),
    (
        ("adjust: cars", "label_attribute: cars"),
        "10: jobs.it.label_attribute: expected another name than that of the labels that are"
        " reviewed, got 'cars'",
    ),
    (
        (*_BOX, "annotation: polygon"),
        "12: jobs.it.annotation: expected no annotation for bounding-box, got 'polygon'",
    ),
    (
        (*_VIDEO, "annotation: circle"),
        "12: jobs.it.annotation: expected one of bounding-box, polygon, polyline, keypoint for"
        " video-object-detection, got 'circle'",
    ),
    (
        ("task: video-object-detection", "input: Data/", "labels: [A very long label]"),
        "11: jobs.it.labels[0]: expected 1 to 16 characters, got 17: 'A very long label'",
    ),
    (
        (*_VIDEO, "frame_attributes: [{name: clear}]"),
        "12: jobs.it.frame_attributes: expected a description of the frame attribute 'clear',"
        " got nothing",
    ),
    (
        (*_VIDEO, "attributes: [{name: seats, minimum: few, maximum: 9}]"),
        "12: jobs.it.attributes[0].minimum: expected a whole number, got 'few'",
    ),
    (
        (*_VIDEO, "attributes: [{name: seats, choice: [few]}]"),
        "12: jobs.it.attributes[0].choice: expected one of the keys name, description, choices,"
        " minimum, maximum, required, got 'choice'; did you mean 'choices'?",
    ),
    (
        ("task: video-object-detection", "input: Data/", "labels: [{name: Car, color: red}]"),
        "11: jobs.it.labels[0].color: expected one of the keys name, short_name, attributes,"
        " got 'color'",
    ),
    (
        (*_VIDEO, "task_time_limit: 8 days"),
        "12: jobs.it.task_time_limit: expected 30 seconds to 7 days for video-object-detection,"
        " got 8 days",
    ),
    (
        (*_BOX, "template: templates/own.html"),
        "12: jobs.it.template: expected a template 'templates/own.html' for custom tasks only,"
        " got it for bounding-box, for which Ground Truth has its own",
    ),
    (
        (*_BOX, "pre_annotation: prepare"),
        "12: jobs.it.pre_annotation: expected a custom function 'prepare' for custom tasks only,"
        " got it for bounding-box, for which Ground Truth has its own",
    ),
    (
        (*_BOX, "data: image"),
        "12: jobs.it.data: expected `data` 'image' for custom tasks only, got it for"
        " bounding-box, for which Ground Truth has its own",
    ),
    (
        ("task: custom", "input: Data/", "instructions:"),
        "10: jobs.it.input: expected `data`, one of text, image, video, audio, file, for a"
        " custom task without a manifest, got nothing; add the key",
    ),
    (
        ("task: custom", "data: image", "input: Data/", "instructions:"),
        "8: jobs.it.template: expected a value, got nothing; add the key",
    ),
    (
        ("task: custom", "data: image", "input: Data/"),
        "14: jobs.it.instructions: expected no instructions for a custom task, whose template"
        " holds them, got some",
    ),
    (
        ("task: custom", "data: image", "input: Data/", "pre_annotation: prepare"),
        "12: jobs.it.pre_annotation: expected the ARN of a function, or a folder with a"
        " handler.py, got 'prepare', and there is no prepare/handler.py",
    ),
    (
        ("task: custom", "data: image", "input: Data/", "post_annotation: 'arn:aws:s3:::b'"),
        "12: jobs.it.post_annotation: expected the ARN of a function, such as"
        " arn:aws:lambda:us-east-1:111122223333:function:prepare, got 'arn:aws:s3:::b'",
    ),
    (
        ("task: text-classification-multi-label", *TEXTS[1:], "auto_label: true"),
        "12: jobs.it.auto_label: expected `auto_label` for image-classification, bounding-box,"
        " semantic-segmentation, text-classification only, for which Ground Truth has a model"
        " to train, got it for text-classification-multi-label",
    ),
    (
        ("adjust: cars", "auto_label: true"),
        "10: jobs.it.auto_label: expected `auto_label` for image-classification, bounding-box,"
        " semantic-segmentation, text-classification only, for which Ground Truth has a model"
        " to train, got it for adjustment of bounding-box",
    ),
    (
        (*_BOX, "auto_label: yes"),
        "12: jobs.it.auto_label: expected a mapping, that is lines of `key: value`, got 'yes'",
    ),
    (
        (*_BOX, "auto_label: {subnets: [subnet-1]}"),
        "12: jobs.it.auto_label.security_groups: expected `subnets` and `security_groups`"
        " together, got one of them",
    ),
    (
        (*_BOX, "stop_when: {labeled_percentage: 101}"),
        "12: jobs.it.stop_when.labeled_percentage: expected 1 to 100 percent, got 101",
    ),
    (
        (*_BOX, "content_classifiers: [FreeOfSecrets]"),
        "12: jobs.it.content_classifiers[0]: expected"
        " 'FreeOfPersonallyIdentifiableInformation' or 'FreeOfAdultContent',"
        " got 'FreeOfSecrets'",
    ),
    (
        (*_BOX, "output_key: alias/labels"),
        "12: jobs.it.output_key: expected the ARN of a KMS key, such as"
        " arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab, got"
        " 'alias/labels'",
    ),
    (
        (*_BOX, "keywords: [a--b]"),
        "12: jobs.it.keywords: expected letters and digits with single blanks between, got 'a--b'",
    ),
    (
        ("task: bounding-box", "input: {prefix: Data/, split: line}", "labels: [Car]"),
        "10: jobs.it.input: expected `split` only for texts below a prefix, got 'line'",
    ),
    (
        ("task: text-classification", "input: {prefix: T/, split: line, column: a}", TEXTS[2]),
        "10: jobs.it.input: expected either `split` or `column`, got both",
    ),
    (
        ("task: bounding-box", "input: {manifest: m.jsonl, include: ['*.jpg']}", _BOX[2]),
        "10: jobs.it.input: expected `include` only for objects below a prefix, got ('*.jpg',)",
    ),
    (
        ("task: bounding-box", "input: {prefix: Data/, sample: 0}", "labels: [Car]"),
        "10: jobs.it.input.sample: expected 1 to 100000 data objects, got 0",
    ),
    (
        ("task: bounding-box", "input: {prefix: Data/, include: ['/a']}", "labels: [Car]"),
        "10: jobs.it.input.include[0]: expected a pattern such as *.jpg or drafts/**, without a"
        " slash at its ends, got '/a'",
    ),
    (
        ("task: point-cloud-object-detection", "input: Clouds/", "labels: [Car]"),
        "10: jobs.it.input: expected a `manifest` for a point cloud, because only you know the"
        " poses and time stamps in it, got none",
    ),
    (
        ("task: image-classification-multi-label", "input: Data/", f"labels: {_MANY}"),
        "11: jobs.it.labels: expected at most 50 labels for image-classification-multi-label,"
        " got 51",
    ),
)
