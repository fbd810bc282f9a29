"""Work on a GPU whose size is known."""

import time

import torch

GIB = 2**30


class Work:
    """Each method keeps the GPU busy in its way for so many seconds, and tells how much it did."""

    def __init__(self):
        torch.cuda.init()
        self.left = torch.randn(8192, 8192, device="cuda", dtype=torch.bfloat16)
        self.right = torch.randn_like(self.left)
        self.product = torch.empty_like(self.left)
        self.block = torch.empty(2 * GIB, device="cuda", dtype=torch.uint8)
        self.twin = torch.empty_like(self.block)
        self.pinned = torch.empty(GIB, dtype=torch.uint8).pin_memory()

    def idle(self, seconds):
        time.sleep(seconds)
        return {}

    def multiply(self, seconds):
        """Products of matrices, which tensor cores work out."""
        return repeat(seconds, self.multiply_once, 20)

    def half(self, seconds):
        """Products for half of the time; events tell what share they took."""
        start, busy = time.time(), 0.0
        while time.time() < start + seconds:
            first, last = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
            first.record()
            for _ in range(80):
                self.multiply_once()
            last.record()
            last.synchronize()
            took = first.elapsed_time(last) / 1000
            busy += took
            time.sleep(took)
        return {"busyPercent": 100 * busy / (time.time() - start)}

    def within(self, seconds):
        """Copies in the memory of the GPU; each byte is read and written."""
        return repeat(seconds, lambda: self.twin.copy_(self.block), 20, 2 * self.block.numel())

    def up(self, seconds):
        """Copies to the GPU, over PCIe."""
        part = self.block[:GIB]
        return repeat(seconds, lambda: part.copy_(self.pinned, non_blocking=True), 4, GIB)

    def down(self, seconds):
        """Copies from the GPU, over PCIe."""
        part = self.block[:GIB]
        return repeat(seconds, lambda: self.pinned.copy_(part, non_blocking=True), 4, GIB)

    def multiply_once(self):
        torch.mm(self.left, self.right, out=self.product)


def repeat(seconds, step, at_once, size=0):
    start, count = time.time(), 0
    while time.time() < start + seconds:
        for _ in range(at_once):
            step()
        torch.cuda.synchronize()
        count += at_once
    return {"bytesPerSecond": count * size / (time.time() - start)}
