"""Tests the nodes of a job before its training.

`node` tests the node that it runs on and prints one line about it. `judge` reads the lines of all
nodes, says what was found and writes down the names of those at fault. It needs nothing but Python
3.6: what cannot be tested because nvidia-smi or PyTorch is not there is said, and is no fault.
"""
import collections
import json
import os
import socket
import statistics
import subprocess
import sys
import time

MARK = "BLOOMERY preflight "
SECONDS_MAX = 60  # for nvidia-smi, which hangs with the driver of a broken device
SLOW = 1.5  # times the median; a device that is merely warm does not reach it
PRODUCTS = 20
MOST = 0.9  # of a device's memory has to be there, and free
SIZE = 8192  # of the matrices: a few milliseconds for a device, and half precision holds the number


class Report:
    """What one node says: faults that make it unfit, notes on what could not be tested."""

    def __init__(self, node):
        self.node = node
        self.faults = []
        self.notes = []
        self.microseconds = None  # for one product on its slowest device

    def line(self):
        return MARK + json.dumps(vars(self), sort_keys=True)


def check_directory(report, directory):
    probe = os.path.join(directory, ".preflight-%s-%d" % (report.node, os.getpid()))
    try:
        with open(probe, "w") as file:
            file.write("probe")
            file.flush()
            os.fsync(file.fileno())
        os.remove(probe)
    except OSError as error:
        report.faults.append("cannot write into %s: %s" % (directory, error.strerror))


def check_driver(report, devices, memory):
    """How many devices the driver sees; `memory` is what each should have, in bytes."""
    query = "--query-gpu=memory.total,memory.used"
    try:
        answer = subprocess.run(
            ["nvidia-smi", query, "--format=csv,noheader,nounits"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            universal_newlines=True,
            timeout=SECONDS_MAX,
        )
    except OSError:
        report.notes.append("nvidia-smi is not there: the driver was not asked for devices")
        return 0
    except subprocess.TimeoutExpired:
        report.faults.append("nvidia-smi does not answer within %d s" % SECONDS_MAX)
        return 0
    lines = [line for line in answer.stdout.splitlines() if line.strip()]
    if answer.returncode != 0:
        first = lines[0] if lines else "it says nothing"
        report.faults.append("nvidia-smi ended with %d: %s" % (answer.returncode, first))
        return 0
    if len(lines) < devices:
        report.faults.append("the driver sees %d of %d devices" % (len(lines), devices))
    for device, line in enumerate(lines):
        try:
            total, used = (int(number) * 2**20 for number in line.split(","))
        except ValueError:
            report.notes.append("nvidia-smi tells no memory of device %d: %s" % (device, line))
            continue
        check_memory(report, device, total - used, total, memory)
    return len(lines)


def check_memory(report, device, free, total, expected):
    if total < MOST * expected:
        report.faults.append(
            "device %d has %d MiB of memory, not %d" % (device, total >> 20, expected >> 20)
        )
    elif free < MOST * total:
        report.faults.append(
            "only %d of %d MiB of device %d are free" % (free >> 20, total >> 20, device)
        )


def check_devices(report, devices, memory, driver_devices):
    """The devices as the training will use them: memory is taken, matrices are multiplied."""
    try:
        import torch
    except Exception as error:
        report.notes.append("PyTorch is not there, nothing was multiplied: %s" % error)
        return
    if not torch.cuda.is_available():
        if driver_devices > 0:
            report.faults.append("PyTorch cannot use the devices that the driver sees")
        else:
            report.notes.append("PyTorch sees no device: no memory taken, nothing multiplied")
        return
    if torch.cuda.device_count() < devices:
        seen = torch.cuda.device_count()
        report.faults.append("PyTorch sees %d of %d devices" % (seen, devices))
    times = {}
    for device in range(torch.cuda.device_count()):
        try:
            take_memory(report, torch, device, memory)
            times[device] = product_microseconds(torch, "cuda:%d" % device)
        except (RuntimeError, ArithmeticError) as error:
            report.faults.append("device %d: %s" % (device, str(error).splitlines()[0]))
    if times:
        usual = statistics.median_low(times.values())
        report.microseconds = max(times.values())
        for device, microseconds in sorted(times.items()):
            if microseconds > SLOW * usual:
                report.faults.append(
                    "device %d needs %d microseconds for a product, the others %d"
                    % (device, microseconds, usual)
                )


def take_memory(report, torch, device, expected):
    if not hasattr(torch.cuda, "mem_get_info"):
        return  # before PyTorch 1.11; the driver was asked already
    with torch.cuda.device(device):
        free, total = torch.cuda.mem_get_info()
        check_memory(report, device, free, total, expected)
        taken = torch.empty(int(MOST * free), dtype=torch.uint8, device="cuda:%d" % device)
        del taken
        torch.cuda.empty_cache()


def product_microseconds(torch, device):
    """Multiplies matrices of ones until the device has its usual speed, and checks the product."""
    ones = torch.ones(SIZE, SIZE, dtype=torch.float16, device=device)
    times = []
    for _ in range(2 * PRODUCTS):
        start = time.perf_counter()
        product = torch.matmul(ones, ones)
        torch.cuda.synchronize(device)
        times.append(time.perf_counter() - start)
    if not bool(((product - SIZE).abs() < SIZE / 100).all()):
        raise ArithmeticError("a product of matrices is wrong")
    return int(statistics.median(times[PRODUCTS:]) * 1e6)


def check_commands(report, commands):
    """The tests that the run's spec asks for."""
    for command in commands:
        if subprocess.call(["bash", "-c", command], stdout=sys.stderr) != 0:
            report.faults.append("it fails at: %s" % command)


def test_node(directory, devices, memory, commands):
    report = Report(os.environ.get("SLURMD_NODENAME") or socket.gethostname())
    check_directory(report, directory)
    driver_devices = check_driver(report, devices, memory)
    check_devices(report, devices, memory, driver_devices)
    check_commands(report, commands)
    # With its end in one write: an unbuffered print makes two, and another task's may come between.
    sys.stdout.write(report.line() + "\n")
    sys.stdout.flush()
    return 1 if report.faults else 0


def reports_in(line):
    """The reports in a line: tasks share the log, so other words may stand around each."""
    decoder = json.JSONDecoder()
    at = line.find(MARK)
    while at >= 0:
        at += len(MARK)
        try:
            report, at = decoder.raw_decode(line, at)
            yield report
        except ValueError:
            pass  # it was cut
        at = line.find(MARK, at)


def read_reports(log):
    """The reports by node, and the lines without one."""
    reports, others = {}, []
    with open(log, errors="replace") as lines:
        for line in lines:
            found = list(reports_in(line))
            reports.update((report["node"], report) for report in found)
            if not found:
                others.append(line.rstrip("\n"))
    return reports, others


def find_faults(reports, nodes):
    """What is wrong with each node that is at fault, in the order of the nodes."""
    times = [report["microseconds"] for report in reports.values() if report["microseconds"]]
    usual = statistics.median_low(times) if times else 0
    faults = collections.OrderedDict()
    for node in nodes:
        report = reports.get(node)
        if report is None:
            faults[node] = ["it gave no answer"]
            continue
        found = list(report["faults"])
        if (report["microseconds"] or 0) > SLOW * usual:
            found.append(
                "it needs %d microseconds for a product, the other nodes %d"
                % (report["microseconds"], usual)
            )
        if found:
            faults[node] = found
    return faults


def judge(log, bad_nodes_file, nodes):
    reports, others = read_reports(log)
    faults = find_faults(reports, nodes)
    notes = collections.Counter(note for report in reports.values() for note in report["notes"])
    for note, count in sorted(notes.items()):
        print("bloomery: preflight of %d nodes: %s" % (count, note))
    for node, found in faults.items():
        print("bloomery: preflight of %s: %s" % (node, "; ".join(found)))
    if faults:
        print("\n".join(others[-20:]))
    bad = list(faults)
    if len(bad) == len(nodes) > 1:
        print("bloomery: all %d nodes fail, so it is no node's fault" % len(nodes))
        bad = []
    with open(bad_nodes_file, "w") as file:
        file.write("".join(node + "\n" for node in bad))
    return 1 if faults else 0


def main(words):
    if words[0] == "judge":
        return judge(words[1], words[2], words[3:])
    return test_node(words[1], int(words[2]), int(words[3]), words[4:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
