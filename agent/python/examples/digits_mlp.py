"""A 64-128-10 network on scikit-learn's handwritten digits, watched.

    python digits_mlp.py --sink digits.tgr && thermograd replay digits.tgr

Two gradient accumulation chunks of 16 a step tell the gradient noise within the step.

Expected: the loss falls all the way, from 2.3 to below 0.01; verdict "The loss is falling", no alerts; a noise scale of
50 to 300 examples, tr Σ near 8 at first and less as digits are learnt; noise in some 10 directions, heavy-tailed at the
end; a falling temperature.
"""

import argparse

import torch
from torch import nn

import digits
import thermograd


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sink", default="kafka://127.0.0.1:9092")
    parser.add_argument("--steps", type=int, default=3_000)
    parser.add_argument("--lr", type=float, default=0.05)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--run-id", default=None)
    args = parser.parse_args()

    torch.manual_seed(args.seed)
    x, y = digits.images()
    x = x.flatten(1)
    model = nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 10))
    optimizer = torch.optim.SGD(model.parameters(), lr=args.lr, momentum=0.9)
    chunks, size = 2, 16

    with thermograd.watch(
        model, optimizer, run_id=args.run_id, sink=args.sink, dataset_size=len(x), budget_steps=args.steps
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
