"""A cheap load generator: keep-alive sockets in two processes, one selector each, requests written beforehand."""

import selectors
import signal
import socket
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from typing import Self

from config.household import die_with_parent
from tests.bench.figures import percentile

LOOPBACK = "127.0.0.1"
CONNECTIONS = 16
PROCESSES = 2
HEAD_START = 0.05
"""Seconds for both processes to connect before they begin at the same moment."""
PATIENCE = 30
CONNECTION_LOST = 0
"""In place of a status."""


@dataclass(frozen=True, slots=True)
class Job:
    """What one process sends: ``requests`` in turn, each once or, with ``repeat``, again and again for ``seconds``."""

    port: int
    requests: Sequence[bytes]
    connections: int
    seconds: float
    repeat: bool
    begin: float
    """By the monotonic clock, which all processes of a machine share."""


@dataclass(frozen=True, slots=True)
class Answer:
    number: int
    """Of the request."""
    status: int
    seconds: float
    location: str
    size: int


@dataclass(frozen=True)
class Burst:
    """What came back, and how long all of it took."""

    answers: list[Answer]
    elapsed: float
    cpu: float = float("nan")
    """Processor seconds of the generator itself."""

    @property
    def rate(self) -> float:
        return len(self.answers) / self.elapsed

    @property
    def statuses(self) -> Counter[int]:
        return Counter(answer.status for answer in self.answers)

    def latency(self, share: float, status: int | None = None) -> float:
        """Milliseconds within which ``share`` of the answers (of that ``status``) had come."""
        times = [answer.seconds for answer in self.answers if status in (None, answer.status)]
        return percentile(times, share) * 1000


class Lane:
    """One connection and the request that is on it."""

    def __init__(self, port: int, selector: selectors.BaseSelector) -> None:
        self.port, self.selector = port, selector
        self.connect()

    def connect(self) -> None:
        self.socket = socket.create_connection((LOOPBACK, self.port), timeout=PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.selector.register(self.socket, selectors.EVENT_READ, self)

    def close(self) -> None:
        self.selector.unregister(self.socket)
        self.socket.close()

    def send(self, number: int, request: bytes) -> None:
        self.number, self.received, self.expected = number, b"", 0
        self.began = time.perf_counter()
        try:
            self.socket.sendall(request)
        except OSError:  # closed while idle: a browser opens another and nobody notices
            self.close()
            self.connect()
            self.socket.sendall(request)

    def receive(self) -> Answer | None:
        """The answer once it is whole."""
        chunk = self.socket.recv(1 << 18)
        if not chunk:
            self.close()
            self.connect()
            return self.answer(b"HTTP/1.1 %d" % CONNECTION_LOST)
        self.received += chunk
        head, end, body = self.received.partition(b"\r\n\r\n")
        if not end:
            return None
        self.expected = self.expected or int(header(head, b"content-length") or 0)
        return self.answer(head) if len(body) >= self.expected else None

    def answer(self, head: bytes) -> Answer:
        seconds = time.perf_counter() - self.began
        status = int(head.split(None, 2)[1])
        where = header(head, b"location") if status == 302 else b""
        return Answer(self.number, status, seconds, where.decode(), len(self.received))


def header(head: bytes, name: bytes) -> bytes:
    """The value of a header, or nothing."""
    _, found, rest = head.lower().partition(b"\r\n" + name + b":")
    if not found:
        return b""
    at = len(head) - len(rest)  # the case of a token matters
    return head[at:].partition(b"\r\n")[0].strip()


Share = tuple[list[Answer], float, float, float]
"""What one process brings home: answers, when it began, when the last of them came, the processor seconds it took."""


def fire(job: Job) -> Share:
    """In one process: send the job's requests."""
    selector = selectors.DefaultSelector()
    lanes = [Lane(job.port, selector) for _ in range(min(job.connections, len(job.requests)))]
    time.sleep(max(0.0, job.begin - time.monotonic()))
    volley, begin, cpu = Volley(job), time.monotonic(), time.process_time()
    for lane in lanes:
        volley.load(lane)
    while volley.in_flight:
        ready = selector.select(PATIENCE)
        if not ready:
            raise TimeoutError(f"the server has not answered for {PATIENCE} seconds")
        for key, _ in ready:
            volley.collect(key.data)
    return volley.answers, begin, time.monotonic(), time.process_time() - cpu


class Volley:
    def __init__(self, job: Job) -> None:
        self.job, self.answers = job, list[Answer]()
        self.sent = self.in_flight = 0
        self.deadline = time.monotonic() + job.seconds if job.seconds else float("inf")

    def load(self, lane: Lane) -> None:
        """The next request; without one, or without time for it, the connection is closed."""
        requests = self.job.requests
        if (self.job.repeat or self.sent < len(requests)) and time.monotonic() < self.deadline:
            number = self.sent % len(requests)
            lane.send(number, requests[number])
            self.sent += 1
            self.in_flight += 1
        else:
            lane.close()

    def collect(self, lane: Lane) -> None:
        if answer := lane.receive():
            self.answers.append(answer)
            self.in_flight -= 1
            self.load(lane)


class Generator:
    """The processes that drive the server; they end with the ``with`` block."""

    def __enter__(self) -> Self:
        context = get_context("spawn")  # a fork would inherit our sockets and threads
        mortal = {"initializer": die_with_parent, "initargs": (signal.SIGTERM,)}
        self.processes = [ProcessPoolExecutor(1, mp_context=context, **mortal) for _ in range(PROCESSES)]
        for process in self.processes:
            process.submit(time.monotonic)  # begin to start
        return self

    def __exit__(self, *details: object) -> None:
        for process in self.processes:
            process.shutdown(cancel_futures=True)

    def fire(
        self,
        port: int,
        requests: Sequence[bytes],
        *,
        seconds: float = 0,
        connections: int = CONNECTIONS,
        repeat: bool = False,
    ) -> Burst:
        """Send ``requests`` over ``connections``, shared out among the processes; all begin at once.

        Without ``repeat`` each request is sent once at most: fewer, when ``seconds`` are over. An answer's number is
        that of its request.
        """
        shares = min(connections, len(self.processes))
        begin = time.monotonic() + HEAD_START
        jobs = [
            Job(port, requests[n::shares], share_of(connections, shares, n), seconds, repeat, begin)
            for n in range(shares)
        ]
        sent = [process.submit(fire, job) for process, job in zip(self.processes, jobs, strict=False)]
        return gather(sent, shares)


def share_of(connections: int, shares: int, number: int) -> int:
    return connections // shares + (number < connections % shares)


def gather(sent: Sequence["Future[Share]"], shares: int) -> Burst:
    answers, begins, ends, cpu = list[Answer](), list[float](), list[float](), 0.0
    for n, share in enumerate(sent):
        received, begin, end, computed = share.result()
        begins.append(begin)
        ends.append(end)
        cpu += computed
        answers += [replace(a, number=a.number * shares + n) for a in received]
    return Burst(answers, max(ends) - min(begins), cpu)
