"""Everything that computes: data, networks, training, runs; nothing here knows of a page."""

import os

# Torch's threads spin while they wait for each other. That gains a few per cent on an idle machine,
# but as soon as a page, a second training or a browser needs a core too, a training step takes ten
# times as long. Sleeping threads share. OpenMP reads this once, when torch is first imported.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
