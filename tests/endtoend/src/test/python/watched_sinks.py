"""The same training three times at once, watched through three sinks, and once unwatched afterwards.

Goes on until a file says that it is enough. Prints, as JSON, whether the curves are the same bit by bit, how many
steps there were and how many of them each watcher lost. The last run is started again as from a checkpoint.
"""

import json
import os
import pathlib
import sys
import time

import confluent_kafka
import kafka
import torch
from torch import nn

import thermograd
from thermograd.kafka_sinks import ConfluentSink, KafkaPythonSink

torch.set_num_threads(1)
folder = pathlib.Path(sys.argv[1])
broker, collector = sys.argv[2:]


class Training:
    def __init__(self):
        self.random = torch.Generator().manual_seed(5)
        torch.manual_seed(5)
        self.net = nn.Sequential(nn.Linear(8, 6), nn.Tanh(), nn.Linear(6, 3))
        self.optimizer = torch.optim.SGD(self.net.parameters(), lr=0.05, momentum=0.9)
        self.curve = []

    def step(self):
        self.optimizer.zero_grad()
        losses = []
        for _ in range(2):
            x = torch.randn(8, 8, generator=self.random)
            y = torch.randint(3, (8,), generator=self.random)
            loss = nn.functional.cross_entropy(self.net(x), y) / 2
            loss.backward()
            losses.append(loss.item())
        self.optimizer.step()
        self.curve.append(sum(losses))


sinks = {
    "confluent": ConfluentSink(confluent_kafka, broker),
    "kafka-python": KafkaPythonSink(kafka, broker),
    "http": collector,
}
trainings = {name: Training() for name in sinks}
watchers = {
    name: thermograd.watch(trainings[name].net, trainings[name].optimizer, run_id=name, sink=sink)
    for name, sink in sinks.items()
}
steps, last = 0, None
while last is None or steps < last:
    for name, training in trainings.items():
        training.step()
        watchers[name].log(loss=training.curve[-1])
    steps += 1
    if steps == 50:
        (folder / "going").touch()
    if last is None and (folder / "enough").exists():
        last = steps + 50
    time.sleep(0.005)
for name, watcher in watchers.items():
    watcher.finish("failed" if name == "http" else "completed", seconds=30)

plain = Training()
for _ in range(steps):
    plain.step()

again = trainings["http"]
with thermograd.watch(again.net, again.optimizer, run_id="http", attempt=1, sink=collector) as watcher:
    watcher.log(step=steps - 20)
    for _ in range(40):
        again.step()
        watcher.log(loss=again.curve[-1])

json.dump(
    {
        "steps": steps,
        "same": {name: t.curve[:steps] == plain.curve for name, t in trainings.items()},
        "lost": {name: w.lost for name, w in watchers.items()},
    },
    sys.stdout,
)
