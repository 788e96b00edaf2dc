"""The process that hosts talk to: one engine, many callers, over a socket of their owner's. See docs/serve.md."""

from faceplate.serve.engine import Engine
from faceplate.serve.frames import SharedFrame
from faceplate.serve.jobs import Handler, Job, JobStopped
from faceplate.serve.limits import Limits
from faceplate.serve.process import serve
from faceplate.serve.rendering import RenderScript, render_handler
from faceplate.serve.transport import Listener, default_socket, listen
from faceplate.serve.wire import Request, protocol

__all__ = [
    "Engine",
    "Handler",
    "Job",
    "JobStopped",
    "Limits",
    "Listener",
    "RenderScript",
    "Request",
    "SharedFrame",
    "default_socket",
    "listen",
    "protocol",
    "render_handler",
    "serve",
]
