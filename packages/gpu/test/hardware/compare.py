"""Compares the meter with NVIDIA's own binding of NVML and with work of a known size, on a real GPU.

    python3 compare.py [FOLDER for report.json]

Needs a GPU of NVIDIA, nvidia-ml-py, PyTorch, `node` 22.18 or later, and the package's build. It only reads and computes: no setting
of the GPU is touched. Prints a line for each comparison, and ends with 1 where one does not hold.
"""

import json
import pathlib
import statistics
import sys
import time

import pynvml as nvml
import torch
from read import Meter, Truth
from work import Work

SECONDS = 10
WARM_UP = 2
PHASES = ("idle", "multiply", "half", "within", "up", "down", "idle")
#: What the driver says a moment before and after bounds what we say, but for a step that came and went between two of its samples.
BOUNDED = {
    "power": 5,
    "energy": 0,
    "temperature": 1,
    "smClock": 15e6,
    "memoryClock": 0,
    "memoryTotal": 0,
    "memoryFree": 0,
    "memoryReserved": 0,
    "memoryUsed": 0,
}
#: Headers and requests go over PCIe too: of packets with 128 to 256 bytes of payload they are 8 to 19 %.
LEAST_WIRE, MOST_WIRE = 1.0, 1.2


def find(uuid):
    """The driver's index and handle of the GPU that PyTorch uses."""
    handles = [nvml.nvmlDeviceGetHandleByIndex(at) for at in range(nvml.nvmlDeviceGetCount())]
    return next((at, one) for at, one in enumerate(handles) if uuid in nvml.nvmlDeviceGetUUID(one))


def measure(meter, truth, index, name, work):
    """What was read of one phase, without its beginning."""
    start = time.time() + WARM_UP
    told = work(SECONDS)
    end = time.time()
    time.sleep(1.2)
    ours = [(at, devices[index]["values"]) for at, devices in meter.readings if start <= at <= end]
    busy = [share for at, share in truth.busy if start - 1 <= at / 1e6 <= end]
    seconds = ours[-1][0] - ours[0][0]
    return {
        "phase": name,
        "told": told,
        "means": {key: statistics.fmean(values.get(key, 0) for _, values in ours) for key in ours[-1][1]},
        "perSecond": {key: (ours[-1][1][key] - ours[0][1][key]) / seconds for key in ("pcieTx", "pcieRx", "energy")},
        "driversUtilization": statistics.fmean(busy),
    }


def outside(meter, truth, index):
    """How far each reading is outside of what the driver said around it, at most; and how many were compared."""
    worst, compared = dict.fromkeys(BOUNDED, 0), 0
    for at, devices in meter.readings:
        around = [sample for sample in truth.samples if at - 0.35 <= sample["at"] <= at + 0.25]
        if len(around) < 4:
            continue
        compared += 1
        for key in BOUNDED:
            value, told = devices[index]["values"][key], [sample[key] for sample in around]
            worst[key] = max(worst[key], min(told) - value, value - max(told))
    return worst, compared


def checks(report):
    """Each comparison: what it is, what we said, and whether it holds."""
    for key, far in report["outside"].items():
        yield f"{key} beside the driver's, {report['compared']} readings: at most outside", far, far <= BOUNDED[key]
    by_name = {one["phase"]: one for one in report["phases"]}
    for one in report["phases"]:
        said, told = one["means"]["utilization"], one["driversUtilization"]
        yield f"utilization, {one['phase']}, beside {told:.1f} of the driver's samples", said, abs(said - told) <= 2
        ratio = one["perSecond"]["energy"] / one["means"]["power"]
        yield f"energy / power, {one['phase']}", ratio, abs(ratio - 1) <= 0.05
    half = by_name["half"]
    busy, said = half["told"]["busyPercent"], half["means"]["utilization"]
    yield f"utilization beside {busy:.1f} by events", said, abs(said - busy) <= 5
    for name, key in (("up", "pcieRx"), ("down", "pcieTx")):
        ratio = by_name[name]["perSecond"][key] / by_name[name]["told"]["bytesPerSecond"]
        yield f"{key} / bytes copied {name}", ratio, LEAST_WIRE <= ratio <= MOST_WIRE
    yield "bytes by process, the driver's alike", report["processes"], report["processes"] == report["driversProcesses"]


def main():
    nvml.nvmlInit()
    index, handle = find(str(torch.cuda.get_device_properties(0).uuid))
    truth = Truth(handle)
    truth.start()
    meter = Meter(intervalMillis=1000, processes={"pid": True})
    time.sleep(4)
    work = Work()
    report = {"name": nvml.nvmlDeviceGetName(handle), "driver": nvml.nvmlSystemGetDriverVersion()}
    report["phases"] = [measure(meter, truth, index, name, getattr(work, name)) for name in PHASES]
    report["page"] = meter.page()
    report["driversProcesses"] = truth.processes()
    labelled = meter.readings[-1][1][index]["labelled"]
    report["processes"] = {int(one["labels"]["pid"]): one["value"] for one in labelled if one["key"] == "processMemory"}
    meter.close()
    truth.over = True
    truth.join()
    report["outside"], report["compared"] = outside(meter, truth, index)
    report["checks"] = [{"what": what, "ours": ours, "holds": holds} for what, ours, holds in checks(report)]
    pathlib.Path(*sys.argv[1:2], "report.json").write_text(json.dumps(report, indent=1))
    for check in report["checks"]:
        print("ok  " if check["holds"] else "FAIL", check["what"], check["ours"])
    sys.exit(0 if all(check["holds"] for check in report["checks"]) else 1)


if __name__ == "__main__":
    main()
