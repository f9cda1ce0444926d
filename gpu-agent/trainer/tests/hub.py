"""A hub of models for tests: a real HTTP server with the endpoints that huggingface_hub calls.

Serves one model per id from a folder. A gated one answers its metadata to everybody and its files only to a token
that has accepted the license, with the error codes that the true hub sends. With a `Cdn` beside it the weights are
there, as the true hub has them: it redirects to signed addresses of another host.
"""

import hashlib
import http.server
import json
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from cdn import Cdn

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@dataclass
class Hosted:
    folder: Path
    gated: bool = False
    # Extra names that are listed and must never be asked for.
    also: list[str] = field(default_factory=list)


@dataclass
class Hub:
    """`asked` are the paths of all requests, with whether they brought a token."""

    models: dict[str, Hosted]
    accepted: str = "hf_accepted_0123456789"
    # What the hub calls a token that it does not know.
    unknown: str = "hf_unknown_0123456789"
    down: bool = False
    cdn: Cdn | None = None
    asked: list[tuple[str, bool]] = field(default_factory=list)

    def __enter__(self) -> "Hub":
        hub = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                hub.answer(self)

            do_HEAD = do_GET

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    def answer(self, request: http.server.BaseHTTPRequestHandler) -> None:
        path = unquote(request.path.split("?")[0])
        token = (request.headers.get("authorization") or "").removeprefix("Bearer ")
        self.asked.append((path, bool(token)))
        if self.down:
            return send(request, 503, b"", {})
        parts = path.strip("/").split("/")
        is_api = parts[:2] == ["api", "models"]
        name = "/".join(parts[2:4] if is_api else parts[:2])
        revision = (
            parts[5] if is_api and len(parts) > 5 else parts[3] if not is_api and len(parts) > 3 else "main"
        )
        model = self.models.get(name)
        if token == self.unknown:
            return refuse(request, 401, "", "Invalid credentials in Authorization header")
        if model is None:
            return refuse(request, 401, "RepoNotFound", "Repository not found")
        if revision not in ("main", COMMIT):
            return refuse(request, 404, "RevisionNotFound", f"Invalid rev id: {revision}")
        if is_api:
            return send(request, 200, json.dumps(self.describe(name, model)).encode(), {})
        if model.gated and token != self.accepted:
            status = 403 if token else 401
            return refuse(request, status, "GatedRepo", f"Access to model {name} is restricted")
        file = model.folder / "/".join(parts[4:])
        if not file.is_file():
            return refuse(request, 404, "EntryNotFound", "Entry not found")
        data = file.read_bytes()
        if self.cdn and file.suffix == ".safetensors":
            return self.redirect(request, self.cdn, file)
        etag = git_hash(data) if self.cdn else hashlib.sha256(data).hexdigest()
        send(request, 200, data, {"ETag": f'"{etag}"', "X-Repo-Commit": COMMIT})

    def redirect(self, request: http.server.BaseHTTPRequestHandler, cdn: Cdn, file: Path) -> None:
        """Weights are in a store of their own, under an address that needs no token."""
        sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
        cdn.files[sha256] = file
        linked = {"X-Linked-Etag": f'"{sha256}"', "X-Linked-Size": str(file.stat().st_size)}
        place = {"Location": f"{cdn.url}/{sha256}?signature=x", "X-Repo-Commit": COMMIT}
        send(request, 302, b"", {**linked, **place})

    def describe(self, name: str, model: Hosted) -> dict[str, Any]:
        files: list[dict[str, Any]] = [self.describe_file(path) for path in sorted(model.folder.iterdir())]
        files += [{"rfilename": other, "size": 9} for other in model.also]
        return {"id": name, "modelId": name, "sha": COMMIT, "private": False, "gated": model.gated, "tags": [],
                "downloads": 0, "siblings": files}  # fmt: skip

    def describe_file(self, path: Path) -> dict[str, Any]:
        size = path.stat().st_size
        if not self.cdn or path.suffix != ".safetensors":
            return {"rfilename": path.name, "size": size}
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        return {
            "rfilename": path.name,
            "size": size,
            "lfs": {"sha256": sha256, "size": size, "pointerSize": 134},
        }


def git_hash(data: bytes) -> str:
    return hashlib.sha1(f"blob {len(data)}\0".encode() + data).hexdigest()


def refuse(request: http.server.BaseHTTPRequestHandler, status: int, code: str, message: str) -> None:
    body = json.dumps({"error": message}).encode()
    send(request, status, body, {"X-Error-Code": code, "X-Error-Message": message})


def send(
    request: http.server.BaseHTTPRequestHandler, status: int, body: bytes, headers: dict[str, str]
) -> None:
    request.send_response(status)
    for name, value in {**headers, "Content-Length": str(len(body))}.items():
        request.send_header(name, value)
    request.end_headers()
    if request.command != "HEAD":
        request.wfile.write(body)


if __name__ == "__main__":
    # python tests/hub.py owner/name folder: says its address, and serves until its standard input is closed.
    with Hub({sys.argv[1]: Hosted(Path(sys.argv[2]))}) as served:
        print(served.url, flush=True)
        sys.stdin.read()
