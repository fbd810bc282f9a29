"""Two who read the same GPU at the same time: our meter, and NVIDIA's own binding of NVML."""

import json
import pathlib
import subprocess
import threading
import time

import pynvml as nvml


class Meter:
    """Our meter in a process of its own, and what it printed."""

    def __init__(self, **options):
        record = str(pathlib.Path(__file__).with_name("record.ts"))
        command = ["node", "--no-warnings", record, json.dumps(options)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.readings, self.pages = [], []
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self):
        for line in self.process.stdout:
            record = json.loads(line)
            if "devices" in record:
                self.readings.append((record["at"], record["devices"]))
            elif "page" in record:
                self.pages.append(record["page"])

    def page(self):
        """What /metrics has now."""
        self.process.stdin.write("page\n")
        self.process.stdin.flush()
        while not self.pages:
            time.sleep(0.01)
        return self.pages.pop()

    def close(self):
        self.process.stdin.close()
        self.process.wait(10)
        self.thread.join(5)


class Truth(threading.Thread):
    """What the driver says, ten times a second."""

    def __init__(self, handle):
        super().__init__(daemon=True)
        self.handle, self.samples, self.busy, self.over = handle, [], [], False

    def run(self):
        while not self.over:
            self.samples.append(self.sample())
            self.take_busy()
            time.sleep(0.1)

    def sample(self):
        device, at = self.handle, time.time()
        memory = nvml.nvmlDeviceGetMemoryInfo(device, version=nvml.nvmlMemory_v2)
        return {
            "at": at,
            "power": nvml.nvmlDeviceGetPowerUsage(device) / 1000,
            "energy": nvml.nvmlDeviceGetTotalEnergyConsumption(device) / 1000,
            "temperature": nvml.nvmlDeviceGetTemperature(device, nvml.NVML_TEMPERATURE_GPU),
            "smClock": nvml.nvmlDeviceGetClockInfo(device, nvml.NVML_CLOCK_SM) * 1e6,
            "memoryClock": nvml.nvmlDeviceGetClockInfo(device, nvml.NVML_CLOCK_MEM) * 1e6,
            "memoryTotal": memory.total,
            "memoryFree": memory.free,
            "memoryReserved": memory.reserved,
            "memoryUsed": memory.used,
        }

    def take_busy(self):
        """The driver's own samples of utilization, with their times."""
        seen = self.busy[-1][0] if self.busy else 0
        try:
            _, samples = nvml.nvmlDeviceGetSamples(self.handle, nvml.NVML_GPU_UTILIZATION_SAMPLES, seen)
        except nvml.NVMLError:
            return
        self.busy += [(one.timeStamp, one.sampleValue.uiVal) for one in samples if one.timeStamp > seen]

    def processes(self):
        """Bytes by process."""
        return {one.pid: one.usedGpuMemory for one in nvml.nvmlDeviceGetComputeRunningProcesses(self.handle)}
