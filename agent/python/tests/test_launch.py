"""Scripts that know nothing of the watcher, run as a user would."""

import pathlib
import subprocess
import sys

import pytest
import torch

from test_reporter import read

SRC = pathlib.Path(__file__).parent.parent / "src"

SCRIPT = """
import sys, torch
from torch import nn
torch.manual_seed(0)
net = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))
opt = torch.optim.SGD(net.parameters(), lr=0.1)
other = torch.optim.Adam([nn.Parameter(torch.ones(2))], lr=0.1) if "two" in sys.argv else None
for t in range(5):
    opt.zero_grad()
    for j in range(2):
        loss = net(torch.randn(6, 3)).square().mean() / 2
        loss.backward()
    opt.step()
    print("loss", loss.item())
if "fail" in sys.argv: raise RuntimeError("mine")
if "exit" in sys.argv: sys.exit(3)
print("random", torch.rand(1).item(), __name__, sys.argv[1:])
"""


@pytest.fixture
def script(tmp_path):
    path = tmp_path / "train me.py"
    path.write_text(SCRIPT)
    return path


def run(tmp_path, *arguments, module=True):
    command = [sys.executable, *(["-m", "thermograd"] if module else []), *map(str, arguments)]
    environment = {"PYTHONPATH": str(SRC), "OMP_NUM_THREADS": "1", "PATH": "/usr/bin:/bin"}
    return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120)


def test_says_the_same_as_without(tmp_path, script):
    plain = run(tmp_path, script, "a", "b", module=False)
    for form in ([script, "a", "b"], ["--", "python", script, "a", "b"]):
        watched = run(tmp_path, "run", "--sink", "x.tgr", "--run-id", "r", *form)
        assert watched.stdout == plain.stdout and watched.stderr == ""
        assert watched.returncode == 0
    events = read(tmp_path / "x.tgr")
    steps = [e.step for e in events if e.HasField("step")]
    assert events[0].run_started.run_id == "r"
    assert [[m.examples for m in s.micro_batches] for s in steps] == [[6, 6]] * 5
    assert all(s.HasField("loss") for s in steps)
    assert events[-1].run_finished.status == 1


@pytest.mark.parametrize("how, code", [("fail", 1), ("exit", 3)])
def test_a_script_that_fails_fails_as_it_would(tmp_path, script, how, code):
    result = run(tmp_path, "run", "--sink", "x.tgr", script, how)
    assert result.returncode == code
    assert read(tmp_path / "x.tgr")[-1].run_finished.status == 2


def test_every_optimizer_is_a_run(tmp_path, script):
    result = run(tmp_path, "run", "--sink", "x.tgr", "--run-id", "r", script, "two")
    assert result.returncode == 0, result.stderr
    assert read(tmp_path / "x.tgr")[0].run_started.run_id == "r"
    assert read(tmp_path / "x-2.tgr")[0].run_started.run_id == "r-2"


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["run", "no.py"], "SCRIPT.py should be a file: was 'no.py'"),
        (["run", "--sink", "x.txt", "SCRIPT"], "sink should be given as \"kafka://HOST:PORT\", \"http://HOST:PORT\" or \"FILE.tgr\": was 'x.txt'"),
        (["run", "--sink", "no/such/x.tgr", "SCRIPT"], "No such file or directory"),
        (["run", "--label", "x", "SCRIPT"], "--label should be NAME=VALUE: was 'x'"),
        (["run", "python", "-u", "SCRIPT"], "what follows python should be a script"),
        (["fly"], "invalid choice: 'fly'"),
    ],
)
def test_wrong_arguments_get_one_line(tmp_path, script, arguments, message):
    result = run(tmp_path, *[str(script) if a == "SCRIPT" else a for a in arguments])
    assert result.returncode == 2
    assert message in result.stderr.splitlines()[-1]


RANKS = """
import os, torch
from torch import nn
rank = int(os.environ["RANK"])
torch.distributed.init_process_group("gloo", init_method="file://" + os.environ["STORE"], rank=rank, world_size=2)
torch.manual_seed(0)
net = nn.parallel.DistributedDataParallel(nn.Linear(3, 2))
opt = torch.optim.SGD(net.parameters(), lr=0.1)
for t in range(4):
    opt.zero_grad()
    net(torch.randn(6, 3)).square().mean().backward()
    opt.step()
torch.distributed.barrier()
"""


@pytest.mark.skipif(not torch.distributed.is_available(), reason="torch without distributed")
def test_the_processes_of_a_launcher_are_one_run(tmp_path):
    script = tmp_path / "ranks.py"
    script.write_text(RANKS)
    environment = {"PYTHONPATH": str(SRC), "OMP_NUM_THREADS": "1", "PATH": "/usr/bin:/bin", "WORLD_SIZE": "2"}
    environment.update(STORE=str(tmp_path / "store"), GLOO_SOCKET_IFNAME="lo")
    command = [sys.executable, "-m", "thermograd", "run", "--sink", "x.tgr", str(script)]
    processes = [
        subprocess.Popen(command, cwd=tmp_path, env={**environment, "RANK": str(rank)}, stderr=subprocess.PIPE, text=True)
        for rank in range(2)
    ]
    assert [p.communicate(timeout=120)[1] for p in processes] == ["", ""]
    events = read(tmp_path / "x.tgr")
    assert events[0].run_started.world_size == 2
    assert sorted((e.step.step, e.step.rank) for e in events if e.HasField("step")) == [(t, r) for t in range(4) for r in range(2)]
    assert events[-1].run_finished.status == 1
