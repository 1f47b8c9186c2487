"""A Starlette application on a free port of 127.0.0.1, in a thread, that can go away and come back on the same port."""
import socket
import threading

import uvicorn


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    def __init__(self, app):
        self._app = app
        self._port = 0
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        listening = socket.socket()
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", self._port))
        self._port = listening.getsockname()[1]
        self._uvicorn = uvicorn.Server(uvicorn.Config(self._app, log_config=None, access_log=False, lifespan="off", ws="none",
                                                      timeout_graceful_shutdown=1))
        self._thread = threading.Thread(target=self._uvicorn.run, kwargs={"sockets": [listening]}, daemon=True)
        self._thread.start()

    @property
    def leaving(self) -> bool:
        """Whether the server has been told to stop: whoever holds an answer back gives it up."""
        return self._uvicorn.should_exit

    def stop(self) -> None:
        self._uvicorn.should_exit = True
        self._thread.join()
