"""Logs as TensorBoard's and PyTorch's writers make them, and what TensorBoard reads of them.

usage: make_logs.py        (Python with torch, tensorboard and numpy; writes beside itself)
"""
import json
import pathlib

import numpy as np
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary, SummaryMetadata
from tensorboard.compat.tensorflow_stub import dtypes  # noqa: F401  (the stub's tensors need no TensorFlow)
from tensorboard.summary.writer.event_file_writer import EventFileWriter
from tensorboard.util import tensor_util
from torch.utils.tensorboard import SummaryWriter

here = pathlib.Path(__file__).parent
rng = np.random.default_rng(0)


def clear(folder):
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*tfevents*"):
        old.unlink()


# First generation, two runs that share a tag; one value is no number, one step is written twice.
for run in (1, 2):
    folder = here / "two_runs" / f"run_{run}"
    clear(folder)
    writer = SummaryWriter(folder)
    for step in range(0, 50, 10):
        writer.add_scalar("train/loss", 4.0 / (1 + step) + run, step)
        writer.add_histogram("weights", rng.normal(run, 1 + step / 50, 400), step)
    writer.add_scalar("train/loss", float("nan"), 50)
    writer.add_scalar("train/loss", 9.0, 40)
    writer.add_scalar(f"only_{run}", run / 3, 7)
    writer.close()

# Second generation: tensors that a plug-in reads.
folder = here / "tensors"
clear(folder)
writer = EventFileWriter(str(folder))


def write(tag, plugin, array, step):
    metadata = SummaryMetadata(plugin_data=SummaryMetadata.PluginData(plugin_name=plugin))
    value = Summary.Value(tag=tag, metadata=metadata, tensor=tensor_util.make_tensor_proto(array))
    writer.add_event(Event(wall_time=1.0, step=step, summary=Summary(value=[value])))


for step in (1, 2, 5):
    write("loss", "scalars", np.float32(1 / step), step)
    write("exact", "scalars", np.float64(1 / 3 + step), step)
    edges = np.linspace(-1, 1, 5)
    write("grads", "histograms", np.stack([edges[:-1], edges[1:], np.arange(4) * step], 1), step)
writer.close()

expected = {}
for folder in ("two_runs/run_1", "two_runs/run_2", "tensors"):
    events = EventAccumulator(str(here / folder), size_guidance={"scalars": 0, "histograms": 0, "tensors": 0})
    events.Reload()
    scalars = {tag: [[e.step, e.value] for e in events.Scalars(tag)] for tag in events.Tags()["scalars"]}
    for tag in events.Tags()["tensors"]:
        arrays = [(e.step, tensor_util.make_ndarray(e.tensor_proto)) for e in events.Tensors(tag)]
        if arrays[0][1].ndim == 0:
            scalars[tag] = [[step, float(value)] for step, value in arrays]
    histograms = {
        tag: [[e.step, e.histogram_value.bucket_limit, e.histogram_value.bucket] for e in events.Histograms(tag)]
        for tag in events.Tags()["histograms"]}
    expected[folder] = {"scalars": scalars, "histograms": histograms}
text = json.dumps(expected)
(here / "expected.json").write_text(text.replace("NaN", '"NaN"') + "\n")
for file in here.rglob("*tfevents*"):
    file.rename(file.with_name("events.out.tfevents." + ("1" if file.stat().st_size else "0")))
