"""What Glass CNN is, the article that it grew out of, and where photos go."""

from typing import Final

# Heading and text, in Markdown.
STORY: Final = (
    (
        "What this is",
        "One small network that tells cats from dogs, built twice: in PyTorch, and in plain NumPy. "
        "Everything in it is on show, so that each number of the one can be checked against the "
        "other. Begin with **Classify** and a photo, then ask why; **Train** one of your own and "
        "watch it learn.",
    ),
    (
        "The article",
        "It grew out of an article that builds a cat-or-dog network of four convolutions in "
        "PyTorch and then writes the convolution again in NumPy, forward and backward, in loops "
        "one can read. Its code is the [Basic CNN of Yifan Zhou's DL-Demos]"
        "(https://github.com/SingleZombie/DL-Demos/tree/master/dldemos/BasicCNN), its photos are "
        "[cat-and-dog on Kaggle](https://www.kaggle.com/datasets/fusicfenta/cat-and-dog). Where "
        "these pages say “the article”, they mean that network and its recipe.",
    ),
    (
        "Where photos go",
        "Nowhere. Photos that you drop to be answered stay on the computer that runs this server, "
        "in its memory and for your visit alone; they are not saved and not sent on. What a live "
        "camera sees is forgotten as soon as it is answered, and a camera is on only from a press "
        "of its button until it is stopped or you leave the page. Photos that you drop to train "
        "on are kept there until somebody deletes them, made anew from their pixels, so without "
        "where and when they were taken. Training reads a folder and never changes it; it keeps "
        "smaller copies of the pictures in a cache on the same computer, which may be deleted at "
        "any time.",
    ),
)
