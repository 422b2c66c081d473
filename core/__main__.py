"""Lists the commands: ``python -m core``."""

COMMANDS = {
    "train": "train a network and keep everything in a run's folder",
    "predict": "say for photos what a network takes them for",
    "inspect": "tell what the loader finds in a folder of photos",
    "take_along": "write a training as a program of torch or NumPy",
    "check": "hold your own convolution against torch",
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
