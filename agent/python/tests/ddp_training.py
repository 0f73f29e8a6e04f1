"""One process of a data-parallel training that test_distributed.py starts; prints a digest of what it ended with.

    RANK=0 WORLD_SIZE=2 python ddp_training.py STORE_FILE SINK VARIANT

Every process draws the batches of all, so that each can be computed again by hand.
"""

import copy
import hashlib
import json
import sys

import torch
from torch import nn

import thermograd

STEPS, SIZE = 8, 6
KEPT = []


def model():
    torch.manual_seed(3)
    return nn.Sequential(nn.Linear(5, 300), nn.Tanh(), nn.Linear(300, 3))


def batch(step, chunk, rank):
    generator = torch.Generator().manual_seed(10_000 * step + 100 * chunk + rank)
    return torch.randn(SIZE, 5, generator=generator), torch.randint(3, (SIZE,), generator=generator)


def loss_of(net, x, y):
    return nn.functional.cross_entropy(net(x), y)


def halves(group, bucket):
    """A user's own hook: averages in half precision."""
    small = bucket.buffer().to(torch.float16) / torch.distributed.get_world_size(group)
    torch.distributed.all_reduce(small, group=group)
    # Else gloo's thread may be the last to hold it, and wait for the interpreter as that waits for its end (torch 1.13).
    KEPT.append(small)
    future = torch.futures.Future()
    future.set_result(bucket.buffer().copy_(small))
    return future


def main(store_file, sink, variant):
    import os

    rank, size = int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])
    torch.set_num_threads(1)
    torch.distributed.init_process_group("gloo", init_method=f"file://{store_file}", rank=rank, world_size=size)
    net = model()
    ddp = nn.parallel.DistributedDataParallel(
        net,
        gradient_as_bucket_view="views" in variant,
        bucket_cap_mb=0.003 if "buckets" in variant else 25,
        static_graph="static" in variant,
    )
    kind = torch.optim.Adam if "adam" in variant else torch.optim.SGD
    decay = 0.01 if "decay" in variant else 0
    optimizer = kind(net.parameters(), lr=0.05, weight_decay=decay)
    chunks = 3 if "accumulate" in variant else 1
    watcher = None
    if sink != "none":
        watcher = thermograd.watch(
            ddp, optimizer, sink=sink, run_id="ranks" if rank == 0 else None, seed=5 if rank == 0 else 6, dim=256, dataset_size=999
        )
    if "hook" in variant:
        ddp.register_comm_hook(None, halves)

    thetas = []
    for t in range(STEPS):
        thetas.append(copy.deepcopy(net.state_dict()))
        optimizer.zero_grad()
        total = 0.0
        for j in range(chunks):
            x, y = batch(t, j, rank)
            if j + 1 < chunks:
                with ddp.no_sync():
                    loss = loss_of(ddp, x, y)
                    (loss / chunks).backward()
            else:
                loss = loss_of(ddp, x, y)
                (loss / chunks).backward()
            total += loss.item() / chunks
        if "clip" in variant:
            nn.utils.clip_grad_norm_(net.parameters(), 0.05)
        optimizer.step()
        if watcher is not None:
            watcher.log(loss=total)
    thetas.append(net.state_dict())
    if rank == 0 and sink != "none":
        torch.save(thetas, f"{sink}.pt")
    if watcher is not None:
        watcher.finish()
    digest = hashlib.sha256(b"".join(p.detach().numpy().tobytes() for p in net.parameters())).hexdigest()
    print(json.dumps({"weights": digest, "random": torch.rand(1).item(), "lost": watcher.lost if watcher else 0}))
    torch.distributed.destroy_process_group()


if __name__ == "__main__":
    main(*sys.argv[1:])
