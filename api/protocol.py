"""The HTTP/1.1 protocol of the server, with a bound on what it keeps of a request outside its body.

uvicorn's protocol over httptools keeps request lines, headers, chunk extensions and trailers of any size. A
proxy in front refuses large ones, but the server must not depend on it.
"""

from typing import Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

LARGEST_HEAD: Final = 32 * 1024  # bytes; the proxy passes on 16 KB and what it adds (deploy/Caddyfile)
_SEPARATORS: Final = 4  # bytes around a header: colon, space, and the end of the line
_BODY: Final = b'{"type":"about:blank","title":"Request Header Fields Too Large","status":431}'
_ANSWER: Final = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"content-type: application/problem+json\r\n"
    b"connection: close\r\n"
    b"content-length: " + str(len(_BODY)).encode() + b"\r\n\r\n" + _BODY
)


class BoundedHeadProtocol(HttpToolsProtocol):
    """Answers 431 and closes the connection when request line, headers and trailers exceed `LARGEST_HEAD`."""

    _kept = 0  # bytes of the request line, headers and trailers of this request
    _unparsed = 0  # bytes received since the parser last completed a head, a piece of the body, or a request

    def data_received(self, data: bytes) -> None:
        """Parse what arrives, unless it belongs to a head that is too large."""
        if self.transport.is_closing():
            return
        self._unparsed += len(data)
        super().data_received(data)
        if self._unparsed > LARGEST_HEAD:
            self.send_400_response("")

    def send_400_response(self, msg: str) -> None:
        """Answer 431 if the head is too large, otherwise 400; close the connection."""
        if self.transport.is_closing():
            return
        if max(self._kept, self._unparsed) <= LARGEST_HEAD:
            super().send_400_response(msg)
            return
        self.transport.write(_ANSWER)
        self.transport.close()

    def on_message_begin(self) -> None:
        """Start counting a new request."""
        self._kept = 0
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        """Count the request line."""
        self._keep(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Count a header or a trailer."""
        self._keep(len(name) + len(value) + _SEPARATORS)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Hand the request on."""
        self._unparsed = 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Hand a piece of the body on; its size is bounded by the application."""
        self._unparsed = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Finish the request."""
        self._unparsed = 0
        super().on_message_complete()

    def _keep(self, size: int) -> None:
        self._kept += size
        if self._kept > LARGEST_HEAD:
            raise ValueError("the head is too large")  # the parser stops, and `data_received` answers
