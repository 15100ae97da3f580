"""What cannot be purified: each reason once, for the transform, the doctor, the data set and the start of training alike."""

from __future__ import annotations


def loop(train_cfg: str) -> str:
    """The training loop does not run over epochs."""
    return (
        f"train_cfg={train_cfg} is no plain loop over epochs, and purification decides between epochs; use "
        "train_cfg=dict(type='EpochBasedTrainLoop', max_epochs=...)."
    )


def no_head(model: str) -> str:
    """The model classifies nothing."""
    return (
        f"model.type={model!r} has no cls_head with a loss_cls: purification supports recognizers, not localizers, "
        "detectors or models of video and text."
    )


def several_modalities(head: str) -> str:
    """The head gives several rows of scores."""
    return (
        f"model.cls_head.type={head!r} classifies several modalities by layers of their own, and purification needs one row "
        "of scores a sample; train each modality by itself."
    )


def multi_label(setting: str) -> str:
    """A sample may have several labels."""
    return (
        f"{setting}=True: purification compares one label a clip with one prediction and does not support several labels."
    )


def loss(kind: str) -> str:
    """The loss is not a cross entropy of one label a sample."""
    return (
        f"model.cls_head.loss_cls.type={kind!r}: purification observes the cross entropy of one label a clip; use "
        "CrossEntropyLoss (class_weight and label_smooth_eps stay possible)."
    )


def blending(kind: str) -> str:
    """The data preprocessor mixes the samples of a batch."""
    return (
        f"model.data_preprocessor.blending is {kind}: a blended clip's prediction belongs to no single clip. Set "
        "model.data_preprocessor.blending=None for the purification run, and train the final model with blending on the "
        "purified annotation."
    )


def several_clips(clips: int, model: str) -> str:
    """The model gives a row of scores for each of several clips of a sample."""
    return (
        f"the train pipeline takes num_clips={clips} clips a sample, which a {model} does not average in training; set "
        "num_clips=1."
    )


def repeated_augmentation(dataset: str) -> str:
    """The data set gives a sample several times in a batch."""
    return (
        f"train_dataloader.dataset.type={dataset!r} repeats augmentations within a batch, so one sample has several "
        "predictions; use VideoDataset (and set train_dataloader.collate_fn=dict(type='pseudo_collate'))."
    )


def no_full_batch(batch_size: int, drawn: int) -> str:
    """A loader that drops what is no full batch gives none."""
    return (
        f"train_dataloader.drop_last=True with batch_size={batch_size}: a process draws {drawn} samples an epoch, so there "
        "is no full batch and nothing would be trained; set drop_last=False or a smaller batch_size."
    )
