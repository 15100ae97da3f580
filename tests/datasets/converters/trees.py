"""Small sets of facial expressions in the forms that their owners hand out."""

from __future__ import annotations

import csv
from pathlib import Path

import cv2
import numpy as np

from d2sp_mm.datasets.converters import mafw
from d2sp_mm.experiments.toy.clip import write_mp4

DFEW_NAMES = ("Happy", "Sad", "Neutral", "Angry", "Surprise", "Disgust", "Fear")
#: More than 9, so that sorting by letter would put frame 10 before frame 2.
FRAMES = 11


def picture(value: int) -> np.ndarray:
    return np.full((32, 32, 3), value, np.uint8)


def write_frames(folder: Path, count: int = FRAMES, names: str = "frame_{}.jpg") -> None:
    """Frames that grow brighter by ten, so that their order can be read from them."""
    folder.mkdir(parents=True)
    for i in range(count):
        cv2.imwrite(str(folder / names.format(i + 1)), picture(10 * (i + 1)))


def write_clip(path: Path, count: int = 6) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    frames = [picture(20 * (i + 1)) for i in range(count)]
    if path.suffix == ".flv":
        writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"FLV1"), 25, frames[0].shape[1::-1])
        assert writer.isOpened()
        for frame in frames:
            writer.write(frame)
        writer.release()
        return
    write_mp4(path.with_suffix(".mp4"), np.stack(frames), fps=25)
    path.with_suffix(".mp4").rename(path)  # decoders go by the content


def make_dfew(root: Path, first_label: int = 1, votes: bool = True) -> Path:
    """35 clips, five of each class; clip i is tested in fold i mod 5 + 1. The last is short."""
    clips = [(number, (number - 1) // 5) for number in range(1, 36)]
    for number, _ in clips:
        write_frames(root / "Clip" / "clip_224x224" / f"{number:05}", 4 if number == 35 else FRAMES)
    for fold in range(1, 6):
        for part in ("train", "test"):
            path = root / "EmoLabel_DataSplit" / f"{part}(single-labeled)" / f"set_{fold}.csv"
            path.parent.mkdir(parents=True, exist_ok=True)
            listed = [(n, c + first_label) for n, c in clips if (n % 5 == fold % 5) == (part == "test")]
            path.write_text("video_name,label\n" + "".join(f"{n},{label}\n" for n, label in listed), encoding="utf-8")
    if votes:
        write_dfew_votes(root / "Annotation" / "annotation.xlsx", clips)
    return root


def write_dfew_votes(path: Path, clips: list[tuple[int, int]]) -> None:
    """Eight of ten for the label; clip 1 mislabelled by nine votes for fear, clip 2 without a majority."""
    import openpyxl

    path.parent.mkdir(parents=True, exist_ok=True)
    book = openpyxl.Workbook()
    book.active.append(["order", *(f"{i + 1}{name.lower()}" for i, name in enumerate(DFEW_NAMES)), "annotation"])
    for number, label in clips:
        counts = [2 if i == (label + 1) % 7 else 8 if i == label else 0 for i in range(7)]
        if number == 1:
            counts = [1, 0, 0, 0, 0, 0, 9]
        if number == 2:
            counts = [4, 4, 2, 0, 0, 0, 0]
        book.active.append([number, *counts, label + 1])
    book.save(path)


def make_ferv39k(root: Path) -> Path:
    """Two scenes, seven classes, two clips of each; the second is tested. Names have zeros that the lists lack."""
    lists: dict[str, list[str]] = {"train": [], "test": []}
    for scene in ("Action", "Crime"):
        for name in DFEW_NAMES:
            for clip in (7, 10):
                write_frames(root / "2_ClipsforFaceCrop" / scene / name / f"{clip:04}", names="{:05}.jpg")
                lists["train" if clip == 7 else "test"].append(f"{scene}/{name}/{clip} {name}")
    for part, lines in lists.items():
        path = root / "4_setups" / "All_scenes" / f"{part}_All.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(lines), encoding="utf-8")
    return root


def make_mafw(root: Path) -> Path:
    """Two clips of each of eleven classes; clip i is tested in fold i mod 5 + 1."""
    clips = [(f"{number:05}.mp4", mafw.CLASSES[number % 11]) for number in range(1, 23)]
    for name, _ in clips:
        write_clip(root / "data" / "clips" / name)
    for fold in range(1, 6):
        for part in ("train", "test"):
            path = root / "single" / "no_caption" / f"set_{fold}" / f"{part}.txt"
            path.parent.mkdir(parents=True, exist_ok=True)
            listed = [f"{n} {label}\n" for i, (n, label) in enumerate(clips) if (i % 5 == fold - 1) == (part == "test")]
            path.write_text("".join(listed), encoding="utf-8")
    return root


def make_afew(root: Path) -> Path:
    """Three clips of each of seven classes, two of them to train on; faces beside them."""
    for i, name in enumerate(DFEW_NAMES):
        for k, part in enumerate(("Train_AFEW", "Train_AFEW", "Val_AFEW")):
            clip = f"{i:04}{k:02}280"
            write_clip(root / part / name / f"{clip}.avi")
            faces = "AlignedFaces_LBPTOP_Points" + ("_Val" if part == "Val_AFEW" else "")
            write_frames(root / part / faces / "Faces" / clip, names=f"{clip}-{{:03}}.jpg")
    return root


def make_crema_d(root: Path) -> Path:
    """Seven actors, six emotions, one sentence. Actor 1001's anger is seen as disgust; 1002's fear as tied."""
    rows = [["", "FileName", "VoiceVote", "VoiceLevel", "FaceVote", "FaceLevel", "MultiModalVote", "MultiModalLevel"]]
    for actor in range(1001, 1008):
        for code in ("HAP", "SAD", "NEU", "ANG", "DIS", "FEA"):
            name = f"{actor}_DFA_{code}_XX"
            write_clip(root / "VideoFlash" / f"{name}.flv")
            seen = {(1001, "ANG"): "D", (1002, "FEA"): "F:N"}.get((actor, code), code[0])
            rows.append([str(len(rows)), name, "N", "60", seen, "60", seen, "60"])
    with (root / "summaryTable.csv").open("w", newline="") as stream:
        csv.writer(stream, quoting=csv.QUOTE_ALL).writerows(rows)
    return root


def make_ferplus(root: Path) -> Path:
    """Three images of each class to train on, one to validate, one to test; the first is no face to most."""
    root.mkdir(parents=True, exist_ok=True)
    names = ("anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral")
    heads = ("neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt", "unknown", "NF")
    images, votes = ["emotion,pixels,Usage"], [f"Usage,Image name,{','.join(heads)}"]
    for label, name in enumerate(names):
        for usage in ("Training", "Training", "Training", "PublicTest", "PrivateTest"):
            first = len(images) == 1
            counts = [10 if head == ("NF" if first else name) else 0 for head in heads]
            votes.append(f"{usage},{'' if first else f'fer{len(images) - 1:07}.png'},{','.join(map(str, counts))}")
            images.append(f"{label},{' '.join([str(label * 30)] * 48 * 48)},{usage}")
    (root / "fer2013.csv").write_text("\n".join(images) + "\n")
    (root / "fer2013new.csv").write_text("\n".join(votes) + "\n")
    return root


MAKERS = {
    "dfew": make_dfew,
    "ferv39k": make_ferv39k,
    "mafw": make_mafw,
    "afew": make_afew,
    "crema-d": make_crema_d,
    "ferplus": make_ferplus,
}
CLASS_COUNTS = {"dfew": 7, "ferv39k": 7, "mafw": 11, "afew": 7, "crema-d": 6, "ferplus": 7}
