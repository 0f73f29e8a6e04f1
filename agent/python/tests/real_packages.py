"""The package against the real Lightning, transformers, TensorBoard and a recent torch, where they are installed.

    OMP_NUM_THREADS=1 python agent/python/tests/real_packages.py

Prints one line a check (ok, FAILED, or skipped with the package that is missing) and ends with 1 when one failed. Under two
minutes on a processor. Not part of the test suite: continuous integration has torch alone.
"""

import dataclasses
import importlib
import importlib.util
import os
import pathlib
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import traceback
import warnings

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "src"), str(HERE)]
warnings.filterwarnings("ignore")
os.environ.update(
    GLOO_SOCKET_IFNAME="lo", TOKENIZERS_PARALLELISM="false", HF_HUB_OFFLINE="1", WANDB_DISABLED="true", CUDA_VISIBLE_DEVICES=""
)

import numpy as np  # noqa: E402
import torch  # noqa: E402
from torch import nn  # noqa: E402

import thermograd  # noqa: E402
import truth  # noqa: E402
from conftest import ListSink  # noqa: E402
from test_watch import batch, flat, loss_of, model, vector  # noqa: E402
from thermograd import thermograd_pb2 as pb  # noqa: E402

CHECKS = []


class Skipped(Exception):
    pass


def check(function):
    CHECKS.append(function)
    return function


def need(*names):
    found = []
    for name in names:
        try:
            found.append(importlib.import_module(name))
        except ImportError as error:
            raise Skipped(f"{name}: {error}") from None
    return found[0] if len(found) == 1 else found


def close(a, b, most, what):
    a, b = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    assert a.shape == b.shape, f"{what}: shapes {a.shape}, {b.shape}"
    assert np.max(np.abs(a - b), initial=0) <= most, f"{what}: off by {np.max(np.abs(a - b))}, more than {most}"


# ---- the package's own tests, file by file: data-parallel ranks over gloo among them


def own_tests(file):
    def run():
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(HERE.parent / "src")}
        need("pytest")
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", str(HERE / file)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
        return re.sub(r"[=\n]", "", done.stdout.strip().splitlines()[-1])

    run.__name__ = f"pytest {file}"
    return run


for _file in sorted(path.name for path in HERE.glob("test_*.py")):
    CHECKS.append(own_tests(_file))


# ---- torch


@check
def torch_gives_the_same_numbers_as_every_example_s_gradient():
    sink = ListSink()
    torch.manual_seed(7)
    x, y = truth.data()
    net = truth.network()
    truth.watched(sink, net, x, y, 4096)
    exact, found = truth.exact(net, x, y), truth.estimated(sink.steps, len(x))
    print(truth.table(exact, found))
    for name, most in (("noise_trace", 0.02), ("gradient_noise_scale", 0.05), ("sharpness_probe", 0.02)):
        assert abs(found[name] / exact[name] - 1) <= most, name


@check
def torch_s_own_loss_scaler_on_the_processor():
    scaler_class = getattr(getattr(torch, "amp", None), "GradScaler", None)
    if scaler_class is None:
        raise Skipped("torch before 2.3 scales on GPUs only")

    def run(watched):
        net, sink = model(), ListSink()
        optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
        scaler = scaler_class("cpu", init_scale=1024.0, growth_interval=3)
        watcher = thermograd.watch(net, optimizer, sink=sink) if watched else None
        rows = []
        for t in range(8):
            optimizer.zero_grad()
            rows.append(flat(torch.autograd.grad(loss_of(net, *batch(t, 0)), list(net.parameters()))))
            scaler.scale(loss_of(net, *batch(t, 0))).backward()
            if t == 2:
                net[2].bias.grad[0] = float("inf")
            if t % 2:
                scaler.unscale_(optimizer)
                nn.utils.clip_grad_norm_(net.parameters(), 0.1)
            scaler.step(optimizer)
            scaler.update()
        if watcher:
            watcher.finish()
        return flat(net.parameters()), rows, sink

    (plain, _, _), (same, rows, sink) = run(False), run(True)
    assert plain.tobytes() == same.tobytes(), "weights differ"
    assert [s.step for s in sink.steps] == list(range(8))
    assert [s.nonfinite_count for s in sink.steps] == [0, 0, 1, 0, 0, 0, 0, 0], [s.nonfinite_count for s in sink.steps]
    assert sink.steps[0].loss_scale == 1024 and sink.steps[3].loss_scale == 512
    for step, row in zip(sink.steps, rows):
        if step.step == 2:
            assert not step.micro_batches
            continue
        norm = np.linalg.norm(row)
        factor = min(1.0, 0.1 / norm) if step.step % 2 else 1.0
        close(vector(step.micro_batches[0].grad_sketch), factor * row, 1e-5, f"step {step.step}")
        close(step.raw_grad_sqnorm**0.5, norm, 1e-4, f"raw norm of step {step.step}")


@check
def torch_optimizers_and_schedulers_of_today():
    for name in ("AdamW", "Adam", "SGD", "RMSprop", "NAdam", "RAdam", "Adafactor", "Muon"):
        kind = getattr(torch.optim, name, None)
        if kind is None:
            continue
        ends = []
        for watched in (False, True):
            net = model()
            trained = [p for p in net.parameters() if p.dim() == 2] if name == "Muon" else list(net.parameters())
            optimizer = kind(trained, lr=0.01)
            sink = ListSink()
            watcher = thermograd.watch(net, optimizer, sink=sink) if watched else None
            scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 10)
            for t in range(5):
                optimizer.zero_grad()
                loss_of(net, *batch(t, 0)).backward()
                optimizer.step()
                scheduler.step()
            if watcher:
                watcher.finish()
                assert len(sink.steps) == 5, f"{name}: {len(sink.steps)} steps"
            ends.append(flat(net.parameters()))
        assert ends[0].tobytes() == ends[1].tobytes(), f"{name}: weights differ"


@check
def torch_autocast():
    net, sink = model(), ListSink()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    with thermograd.watch(net, optimizer, sink=sink):
        for t in range(3):
            optimizer.zero_grad()
            with torch.autocast("cpu", dtype=torch.bfloat16):
                loss = loss_of(net, *batch(t, 0))
            loss.backward()
            optimizer.step()
    assert [len(s.micro_batches) for s in sink.steps] == [1, 1, 1]


# ---- Lightning


def lightning_module(L):
    class Module(L.LightningModule):
        def __init__(self):
            super().__init__()
            self.net = model()

        def forward(self, x):
            return self.net(x)

        def training_step(self, rows, index):
            return loss_of(self.net, *rows)

        def validation_step(self, rows, index):
            self.log("val_loss", loss_of(self.net, *rows))

        def configure_optimizers(self):
            return torch.optim.SGD(self.parameters(), lr=0.1, momentum=0.9)

    return Module


def rows_of(count):
    x, y = zip(*(batch(t, 0) for t in range(count)))
    return torch.utils.data.TensorDataset(torch.cat(x), torch.cat(y))


def lightning_fit(callbacks, accumulate=1, clip=None, module=None, epochs=1, folder=None, path=None, fail=None):
    L = need("lightning.pytorch") if "lightning.pytorch" not in sys.modules else sys.modules["lightning.pytorch"]
    import logging

    for name in ("lightning", "lightning.pytorch", "pytorch_lightning"):
        logging.getLogger(name).setLevel(logging.ERROR)
    module = module or lightning_module(L)()
    loader = torch.utils.data.DataLoader(rows_of(12), batch_size=4, shuffle=False)
    trainer = L.Trainer(
        max_epochs=epochs, callbacks=callbacks, accelerator="cpu", devices=1, logger=False, enable_progress_bar=False,
        enable_model_summary=False, enable_checkpointing=False, accumulate_grad_batches=accumulate, gradient_clip_val=clip,
        num_sanity_val_steps=1, default_root_dir=folder,
    )
    trainer.fit(module, loader, loader, ckpt_path=path)
    return module, trainer


@check
def lightning_trains_as_it_would_and_sends_what_it_computes():
    need("lightning.pytorch")
    from thermograd.lightning import ThermogradCallback

    for accumulate, clip in ((1, None), (3, None), (2, 0.05)):
        plain, _ = lightning_fit([], accumulate, clip)
        sink = ListSink()
        watched, _ = lightning_fit([ThermogradCallback(sink=sink, run_id="l")], accumulate, clip)
        assert flat(plain.parameters()).tobytes() == flat(watched.parameters()).tobytes(), "weights differ"
        assert (sink.started.dataset_size, sink.started.budget_steps) == (48, 12 // accumulate)
        assert [s.step for s in sink.steps] == list(range(12 // accumulate)), [s.step for s in sink.steps]
        assert sink.finished.status == pb.RunFinished.COMPLETED
        assert sink.steps[-1].HasField("validation_loss"), "no validation loss"

        net = model()
        optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
        for step in sink.steps:
            optimizer.zero_grad()
            losses, rows = [], []
            for j in range(accumulate):
                loss = loss_of(net, *batch(step.step * accumulate + j, 0))
                rows.append(flat(torch.autograd.grad(loss, list(net.parameters()), retain_graph=True)))
                (loss / accumulate).backward()
                losses.append(float(loss.detach()))
            factor = min(1.0, clip / np.linalg.norm(np.mean(rows, axis=0))) if clip else 1.0
            assert [m.examples for m in step.micro_batches] == [4] * accumulate, "examples"
            close([vector(m.grad_sketch) for m in step.micro_batches], factor * np.array(rows), 2e-5, "gradients")
            close(step.loss, np.mean(losses), 1e-5, "loss")
            close(vector(step.param_sketch), flat(net.parameters()), 1e-5, "parameters")
            if clip:
                nn.utils.clip_grad_norm_(net.parameters(), clip)
                assert step.HasField("raw_grad_sqnorm")
            optimizer.step()


@check
def lightning_that_fails_says_so_and_one_that_resumes_is_the_next_attempt():
    L = need("lightning.pytorch")
    from thermograd.lightning import ThermogradCallback

    class Failing(lightning_module(L)):
        def training_step(self, rows, index):
            if index == 5:
                raise RuntimeError("mine")
            return super().training_step(rows, index)

    sink = ListSink()
    try:
        lightning_fit([ThermogradCallback(sink=sink)], module=Failing())
        raise AssertionError("did not fail")
    except RuntimeError as error:
        assert str(error) == "mine"
    assert sink.finished.status == pb.RunFinished.FAILED and len(sink.steps) == 5

    with tempfile.TemporaryDirectory() as folder:
        first, second = ListSink(), ListSink()

        class Saving(ThermogradCallback):
            def on_train_batch_end(self, trainer, *args):
                super().on_train_batch_end(trainer, *args)
                if trainer.global_step == 12:
                    trainer.save_checkpoint(f"{folder}/x.ckpt")

        lightning_fit([Saving(sink=first)], folder=folder)
        lightning_fit([Saving(sink=second)], folder=folder, path=f"{folder}/x.ckpt", epochs=2)
        assert first.started.run_id == second.started.run_id
        assert (first.started.attempt, second.started.attempt) == (0, 1)
        assert second.steps[0].step == 12, second.steps[0].step


# ---- Hugging Face


def hugging_face(callbacks, accumulate, own_loss, folder, clip=1e9):
    transformers = need("transformers")
    need("accelerate")
    transformers.logging.set_verbosity_error()

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.net = model()

        def forward(self, x, labels, **more):
            out = self.net(x)
            items = more.get("num_items_in_batch")
            loss = nn.functional.cross_entropy(out, labels, reduction="mean" if items is None else "sum")
            return {"loss": loss if items is None else loss / items, "logits": out}

    class Strict(Net):
        def forward(self, x, labels):
            return super().forward(x, labels)

    class Rows(torch.utils.data.Dataset):
        rows = rows_of(12)

        def __len__(self):
            return len(self.rows)

        def __getitem__(self, i):
            return {"x": self.rows[i][0], "labels": self.rows[i][1]}

    class Ordered(transformers.Trainer):
        def _get_train_sampler(self, *args):
            return torch.utils.data.SequentialSampler(self.train_dataset)

    net = Net() if own_loss else Strict()
    arguments = dict(
        output_dir=folder, num_train_epochs=1, per_device_train_batch_size=4, gradient_accumulation_steps=accumulate,
        learning_rate=0.1, lr_scheduler_type="constant", optim="sgd", max_grad_norm=clip, use_cpu=True, report_to=[],
        save_strategy="no", eval_strategy="epoch", logging_steps=1, disable_tqdm=True, dataloader_pin_memory=False, seed=0,
    )
    known = {f.name for f in dataclasses.fields(transformers.TrainingArguments)}
    arguments = {name: value for name, value in arguments.items() if name in known}
    trainer = Ordered(
        model=net, args=transformers.TrainingArguments(**arguments), train_dataset=Rows(), eval_dataset=Rows(), callbacks=callbacks
    )
    result = trainer.train()
    return net, trainer, result


@check
def hugging_face_trains_as_it_would_and_sends_what_it_computes():
    need("transformers", "accelerate")
    from thermograd.huggingface import ThermogradCallback

    for accumulate, own_loss in ((1, False), (2, False), (2, True)):
        with tempfile.TemporaryDirectory() as folder:
            plain, _, _ = hugging_face([], accumulate, own_loss, folder)
            sink = ListSink()
            watched, trainer, _ = hugging_face([ThermogradCallback(sink=sink, run_id="h")], accumulate, own_loss, folder)
        what = f"accumulate {accumulate}, {'own' if own_loss else 'plain'} loss"
        assert flat(plain.parameters()).tobytes() == flat(watched.parameters()).tobytes(), f"{what}: weights differ"
        assert (sink.started.dataset_size, sink.started.budget_steps) == (48, 12 // accumulate), what
        assert [s.step for s in sink.steps] == list(range(12 // accumulate)), what
        assert sink.finished.status == pb.RunFinished.COMPLETED
        # The Trainer puts parameters with weight decay before those without.
        names = {id(p): name for name, p in watched.net.named_parameters()}
        order = [names[id(p)] for group in trainer.optimizer.param_groups for p in group["params"]]
        net = model()
        optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
        for step in sink.steps:
            optimizer.zero_grad()
            losses, rows = [], []
            for j in range(accumulate):
                loss = loss_of(net, *batch(step.step * accumulate + j, 0))
                named = dict(net.named_parameters())
                rows.append(flat(torch.autograd.grad(loss, [named[name] for name in order], retain_graph=True)))
                (loss / accumulate).backward()
                losses.append(float(loss.detach()))
            assert [m.examples for m in step.micro_batches] == [4] * accumulate, f"{what}: examples"
            close([vector(m.grad_sketch) for m in step.micro_batches], rows, 2e-5, f"{what}: gradients")
            close(step.loss, np.mean(losses), 1e-5, f"{what}: loss")
            optimizer.step()
        logged = [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]
        close([s.loss for s in sink.steps], logged, 1e-3, f"{what}: the Trainer's own log")
        assert sink.steps[-1].HasField("validation_loss"), f"{what}: no validation loss"


# ---- TensorBoard


@check
def tensorboard_s_own_files_read_back():
    need("tensorboard")
    from torch.utils.tensorboard import SummaryWriter

    from thermograd import scalar_files
    from thermograd.__main__ import main

    with tempfile.TemporaryDirectory() as folder:
        for new_style in (False, True):
            where = f"{folder}/{new_style}"
            writer = SummaryWriter(where)
            for t in range(20):
                writer.add_scalar("train/loss", 2.0 ** -(t / 4), t, new_style=new_style)
                writer.add_scalar("lr", 0.1, t, new_style=new_style)
                writer.add_scalar("grad_norm", 3.0, t, new_style=new_style)
            writer.add_histogram("weights", torch.randn(100), 19)
            writer.add_text("note", "text", 19)
            writer.add_image("image", torch.rand(3, 64, 64), 19) if importlib.util.find_spec("PIL") else None
            writer.close()
            found = [s for s in scalar_files.EventFiles(where).read()]
            losses = [(s.step, s.values["train/loss"]) for s in found if "train/loss" in s.values]
            assert [step for step, _ in losses] == list(range(20))
            close([v for _, v in losses], [float(np.float32(2.0 ** -(t / 4))) for t in range(20)], 0, "losses")
            from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

            theirs = EventAccumulator(where).Reload()
            if not new_style:
                close([v for _, v in losses], [e.value for e in theirs.Scalars("train/loss")], 0, "losses by tensorboard")
            recording = f"{folder}/{new_style}.tgr"
            try:
                main(["tail", "--tensorboard", where, "--once", "--sink", recording, "--run-id", "t"])
            except SystemExit as end:
                assert end.code == 0, end.code
            from test_reporter import read

            steps = [e.step for e in read(pathlib.Path(recording)) if e.HasField("step")]
            assert len(steps) == 20
            close([s.grad_sqnorm for s in steps], [9.0] * 20, 0, "grad_sqnorm")


@check
def tensorboard_written_by_lightning():
    L = need("lightning.pytorch")
    need("tensorboard")
    from lightning.pytorch.loggers import TensorBoardLogger

    from thermograd import scalar_files

    class Logging(lightning_module(L)):
        def training_step(self, rows, index):
            loss = super().training_step(rows, index)
            self.log("train_loss", loss)
            return loss

    with tempfile.TemporaryDirectory() as folder:
        loader = torch.utils.data.DataLoader(rows_of(12), batch_size=4)
        L.Trainer(
            max_epochs=1, accelerator="cpu", devices=1, logger=TensorBoardLogger(folder), enable_progress_bar=False,
            enable_model_summary=False, enable_checkpointing=False, log_every_n_steps=1,
        ).fit(Logging(), loader)
        found = [s.values for s in scalar_files.EventFiles(folder).read()]
        assert sum("train_loss" in values for values in found) == 12, found


def main():
    torch.set_num_threads(1)
    versions = [f"python {sys.version.split()[0]}", f"torch {torch.__version__}"]
    for name in ("lightning", "transformers", "accelerate", "tensorboard", "scipy", "sklearn", "google.protobuf"):
        try:
            versions.append(f"{name} {importlib.import_module(name).__version__}")
        except Exception:
            versions.append(f"no {name}")
    print(", ".join(versions), flush=True)
    failed = 0
    only = sys.argv[1:]
    for function in CHECKS:
        name = function.__name__.replace("_", " ") if not function.__name__.startswith("pytest") else function.__name__
        if only and not any(word in name for word in only):
            continue
        began = time.monotonic()
        try:
            said = function()
            print(f"ok       {name} ({time.monotonic() - began:.1f} s){': ' + said if said else ''}", flush=True)
        except Skipped as reason:
            print(f"skipped  {name}: {reason}", flush=True)
        except BaseException as error:
            failed += 1
            print(f"FAILED   {name}: {type(error).__name__}: {error}", flush=True)
            traceback.print_exc(file=sys.stdout)
    print(f"{failed} failed", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
