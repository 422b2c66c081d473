"""Parts of the torch program that bring its photos: drawn ones, or those of a folder or zip."""

from pathlib import Path

from core.config import DRAWN, TrainConfig
from core.take_along.recipe import is_changed

DRAWN_PHOTOS = '''\
def load_photos():
    """Draw the pets: (pixels (N, S, S, 3) uint8, labels (N,)) to train and test on."""
    request = DataRequest(DATA, IMAGE_SIZE, TRAIN_PER_CLASS, TEST_PER_CLASS, SEED)
    data = load_data(request)
    return [(np.array(part.pixels), part.labels) for part in (data.train, data.test)]
'''

FOLDER = '''\
def find_photos():
    """Return {(split, class): paths}; the class is a folder or a file's first word."""
    root, found = Path(DATA).expanduser(), {}
    for path in sorted(root.rglob("*"), key=Path.as_posix):
        *folders, name = [part.lower() for part in path.relative_to(root).parts]
        if path.suffix.lower() not in SUFFIXES or name.startswith("."):
            continue
        splits = [SPLITS[folder] for folder in folders if folder in SPLITS]
        words = [folder for folder in folders if folder not in SPLITS]
        words = words or re.findall(r"^[a-z]+", name)
        if words:
            key = splits[-1] if splits else "", words[-1]
            found.setdefault(key, []).append(path)
    return found


def split_photos():
    """Return the paths to train and to test on, each for label 0 and for label 1."""
    found = find_photos()
    names = sorted({name for _, name in found})
    if len(names) != 2:
        raise SystemExit(f"{DATA} must hold photos of two classes, not of {names}.")
    if names[0] in ("cat", "cats") or names[1] in ("dog", "dogs"):
        names.reverse()  # a cat is 1
    tested = "test" if ("test", names[0]) in found else "val"
    if all((split, name) in found for split in ("train", tested) for name in names):
        return [[found[split, name] for name in names] for split in ("train", tested)]
    share = TEST_PER_CLASS / (TRAIN_PER_CLASS + TEST_PER_CLASS)
    train, test = [], []
    for name in names:  # no folders for train and test: a part is set aside
        paths = [path for key in found if key[1] == name for path in found[key]]
        paths.sort(key=Path.as_posix)
        random.Random(SEED).shuffle(paths)
        cut = min(max(1, round(len(paths) * share)), len(paths) - 1)
        test.append(paths[:cut])
        train.append(paths[cut:][::-1])
    return train, test


def load_photo(path):
    """Return a photo's pixels (S, S, 3) uint8, stretched to a square; None if it is none.

    Glass CNN shrinks photos in another way: unless they have this size already, pixels
    differ from its own by a few shades, and so its first losses by up to a hundredth.
    """
    size = (IMAGE_SIZE, IMAGE_SIZE)
    try:
        with Image.open(path) as image:
            image.draft(None, size)  # a large JPEG need not be read whole
            upright = ImageOps.exif_transpose(image).convert("RGB")
            return np.asarray(upright.resize(size, Image.Resampling.BILINEAR))
    except (OSError, ValueError, SyntaxError) as error:
        print(f"{path} is left out: {error}")
        return None


def load_photos():
    """Read the photos: (pixels (N, S, S, 3) uint8, labels (N,)) to train and test on."""
    (train, test), sets = split_photos(), []
    for classes, wanted in ((train, TRAIN_PER_CLASS), (test, TEST_PER_CLASS)):
        pixels, labels = [], []
        for label, paths in enumerate(classes):
            good = (photo for path in paths if (photo := load_photo(path)) is not None)
            chosen = list(itertools.islice(good, wanted))
            pixels += chosen
            labels += [label] * len(chosen)
        sets.append((np.stack(pixels), np.array(labels, np.uint8)))
    return sets
'''

ZIP = (
    FOLDER.replace("Path(DATA).expanduser()", "unpacked_photos()")
    + '''

def unpacked_photos():
    """Unpack the zip into a temporary folder, and return that."""
    folder = tempfile.mkdtemp(prefix="photos-")
    with zipfile.ZipFile(Path(DATA).expanduser()) as archive:
        archive.extractall(folder)
    return Path(folder)
'''
)

CHANGED = '''

def changed(classes):
    """Leave photos out, and put those with the other label first among their own."""
    unchanged = [
        [path for path in paths if NAMES[path] not in LEFT_OUT | TURNED_OVER]
        for paths in classes
    ]
    turned = [
        [path for path in paths if NAMES[path] in TURNED_OVER] for paths in classes
    ]
    return [turned[1] + unchanged[0], turned[0] + unchanged[1]]
'''

FOLDER_CONSTANTS = """\
SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif"}
SPLITS = {
    **dict.fromkeys(["train", "training", "training_set", "train_set"], "train"),
    **dict.fromkeys(["test", "testing", "test_set"], "test"),
    **dict.fromkeys(["val", "valid", "validation", "validation_set"], "val"),
}
"""


def photos_code(config: TrainConfig) -> str:
    """Write how the photos come."""
    if config.data == DRAWN:
        return DRAWN_PHOTOS
    code = ZIP if is_zip(config) else FOLDER
    if not is_changed(config):
        return code
    code = code.replace("= split_photos(), []", "= map(changed, split_photos()), []")
    found = "            found.setdefault"
    code = code.replace(
        found, f"            NAMES[path] = path.relative_to(root).as_posix()\n{found}"
    )
    return code + CHANGED


def folder_constants(config: TrainConfig) -> str:
    """Write what photos are known by."""
    named = "NAMES = {}  # of the photos below their folder\n" if is_changed(config) else ""
    return FOLDER_CONSTANTS + named


def is_zip(config: TrainConfig) -> bool:
    """Tell whether the photos are in a zip."""
    return config.data.lower().endswith(".zip") or Path(config.data).is_file()
