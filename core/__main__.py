"""Lists the commands: ``python -m core``."""

COMMANDS = {
    "train": "train a network and keep everything in a run's folder",
    "predict": "say for photos what a network takes them for",
    "plan": "tell what a network makes of a photo, layer by layer",
    "fetch": "bring the article's photos from Kaggle",
    "inspect": "tell what the loader finds in a folder or a zip of photos",
    "take_along": "write a training as a program of torch or NumPy",
    "export": "hand a run out as a zip or a report, its network as ONNX",
    "take_in": "take in a run's zip, or weights that were made elsewhere",
    "check": "hold your own layers against torch",
    "compare": "tell rounding from a bug in two arrays, or where two networks part",
    "bench": "measure speed and agreement",
    "make_shipped": "make the model that comes with the program again",
}


def main() -> None:
    """Print one line a command."""
    width = max(map(len, COMMANDS))
    print("Commands, each with --help:")
    for name, purpose in COMMANDS.items():
        print(f"  python -m core.{name.ljust(width)}  {purpose}")


if __name__ == "__main__":
    main()
