"""A browser without a window, driven through its DevTools protocol: Chromium or one of its kin.

The browser reads commands from file descriptor 3 and writes answers and events to 4, as JSON with a zero byte after
each, so that no library is needed.
"""

import base64
import fcntl
import json
import os
import select
import subprocess
import time

#: No answer takes as long.
PATIENCE = 30.0

OPTIONS = ["--headless", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
           "--no-first-run", "--disable-background-networking", "--disable-component-update", "--window-size=1000,800"]


class Browser:
    """A browser with one empty profile, until the end of a `with` block."""

    def __init__(self, program, folder):
        ends = [os.pipe(), os.pipe()]
        # Away from 3 and 4, which are given to the browser.
        self._write, self._read = (self._moved(ends[0][1]), self._moved(ends[1][0]))
        theirs = [self._moved(ends[0][0]), self._moved(ends[1][1])]

        def give():
            os.dup2(theirs[0], 3)
            os.dup2(theirs[1], 4)

        self._process = subprocess.Popen(
            [program, *OPTIONS, "--user-data-dir={}".format(folder)], preexec_fn=give, pass_fds=(3, 4),
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for end in theirs:
            os.close(end)
        self._last, self._buffer, self.events = 0, b"", []

    @staticmethod
    def _moved(end):
        moved = fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10)
        os.close(end)
        return moved

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        # It ends when nobody drives it any more.
        os.close(self._write)
        os.close(self._read)
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def ask(self, method, session=None, **parameters):
        """Gives a command; what the browser answers."""
        self._last += 1
        message = {"id": self._last, "method": method, "params": parameters}
        if session is not None:
            message["sessionId"] = session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._heard()
            if answer.get("id") == self._last:
                assert "error" not in answer, answer["error"]
                return answer["result"]

    def wait_for(self, session, event):
        """Waits for an event, from where the last one was waited for."""
        while not self._has(session, event):
            self._heard()

    def _has(self, session, event):
        return any(heard.get("sessionId") == session and heard["method"] == event for heard in self.events)

    def _heard(self):
        """The next message; events are kept."""
        end = time.monotonic() + PATIENCE
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._read], [], [], max(0.0, end - time.monotonic()))
            assert ready, "the browser says nothing"
            more = os.read(self._read, 1 << 16)
            assert more, "the browser has ended"
            self._buffer += more
        text, _, self._buffer = self._buffer.partition(b"\0")
        message = json.loads(text.decode())
        if "method" in message:
            self.events.append(message)
        return message

    def open(self, path):
        return Tab(self, path)


class Tab:
    """A page that was opened from a file."""

    def __init__(self, browser, path):
        self.browser = browser
        target = browser.ask("Target.createTarget", url="about:blank")["targetId"]
        self.session = browser.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self._ask(domain + ".enable")
        self._ask("Page.navigate", url="file://{}".format(path))
        browser.wait_for(self.session, "Page.loadEventFired")

    def _ask(self, method, **parameters):
        return self.browser.ask(method, self.session, **parameters)

    def value(self, expression):
        """What an expression in JavaScript is."""
        answer = self._ask("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def click(self, expression):
        """A click with the mouse in the middle of the first line of an element."""
        # Drawn twice, what moves has come to rest.
        x, y = self.value("""new Promise(done => {{
            const element = {};
            element.scrollIntoView({{block: "center", behavior: "instant"}});
            requestAnimationFrame(() => requestAnimationFrame(() => {{
                const box = element.getClientRects()[0];
                done([box.x + Math.min(box.width, 200) / 2, box.y + box.height / 2]);
            }}));
        }})""".format(expression))
        for kind in ("mousePressed", "mouseReleased"):
            self._ask("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def requested(self):
        """The addresses that the page asked for."""
        return [event["params"]["request"]["url"] for event in self._events("Network.requestWillBeSent")]

    def complaints(self):
        """What is in the console, and errors of scripts."""
        return [event["params"] for kind in ("Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown")
                for event in self._events(kind)]

    def _events(self, kind):
        return [event for event in self.browser.events
                if event.get("sessionId") == self.session and event["method"] == kind]

    def picture(self, path, whole=True):
        """Writes what is seen to a file, in PNG."""
        data = self._ask("Page.captureScreenshot", captureBeyondViewport=whole)["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(data))
