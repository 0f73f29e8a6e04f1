"""A small convolutional network on scikit-learn's handwritten digits, watched.

    python digits_cnn.py --sink digits.tgr && thermograd replay digits.tgr

AdamW, four gradient accumulation chunks of 16 a step, sketches by layer.

Expected: the loss falls all the way, from 2.3 to below 0.001; verdict "The loss is falling", no alerts; a noise scale
of 50 to 150 examples, so that batches of 64 are about right; noise in some 7 directions, heavy-tailed once most digits
are learnt. Noise by layer is there, and what needs plain SGD or a probe (temperatures, sharpness) is absent and says so.
"""

import argparse

import torch
from torch import nn

import digits
import thermograd


def network() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(32 * 2 * 2, 10),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sink", default="kafka://127.0.0.1:9092")
    parser.add_argument("--steps", type=int, default=3_000)
    parser.add_argument("--lr", type=float, default=0.003)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--run-id", default=None)
    args = parser.parse_args()

    torch.manual_seed(args.seed)
    x, y = digits.images()
    model = network()
    optimizer = torch.optim.AdamW(model.parameters(), lr=args.lr)
    chunks, size = 4, 16

    with thermograd.watch(
        model, optimizer, run_id=args.run_id, sink=args.sink, dataset_size=len(x), budget_steps=args.steps, layer_sketch_dim=256
    ) as watcher:
        for batch in digits.steps(x, y, args.steps, chunks, size):
            optimizer.zero_grad()
            total = 0.0
            for images, labels in batch:
                loss = nn.functional.cross_entropy(model(images), labels)
                (loss / chunks).backward()
                total += loss.item() / chunks
            optimizer.step()
            watcher.log(loss=total)


if __name__ == "__main__":
    main()
