"""The store that the hub of tests redirects to: another host, with ranges, that can cut a download or send other bytes."""

import http.server
import re
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Cdn:
    """`asked` are the first byte of each request and whether it brought a token. Each download is cut after the next of
    `cuts` bytes; one that `stalls` sends half and then nothing, and says so."""

    files: dict[str, Path] = field(default_factory=dict)
    cuts: list[int] = field(default_factory=list)
    spoils: bool = False
    stalls: bool = False
    half_sent: threading.Event = field(default_factory=threading.Event)
    asked: list[tuple[int, bool]] = field(default_factory=list)

    def __enter__(self) -> "Cdn":
        cdn = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                cdn.answer(self)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://localhost:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stalls = False
        self.server.shutdown()
        self.server.server_close()

    def answer(self, request: http.server.BaseHTTPRequestHandler) -> None:
        data = self.files[request.path.split("?")[0].strip("/")].read_bytes()
        if self.spoils:
            data = bytes([data[0] ^ 1]) + data[1:]
        asked = re.fullmatch(r"bytes=(\d+)-", request.headers.get("range") or "")
        first = int(asked[1]) if asked else 0
        self.asked.append((first, request.headers.get("authorization") is not None))
        request.send_response(206 if asked else 200)
        if asked:
            request.send_header("Content-Range", f"bytes {first}-{len(data) - 1}/{len(data)}")
        request.send_header("Content-Length", str(len(data) - first))
        request.end_headers()
        if self.stalls:
            request.wfile.write(data[first : (first + len(data)) // 2])
            request.wfile.flush()
            self.half_sent.set()
            while self.stalls:
                time.sleep(0.05)
            return
        end = first + self.cuts.pop(0) if self.cuts else len(data)
        request.wfile.write(data[first:end])
        if end < len(data):
            request.close_connection = True
