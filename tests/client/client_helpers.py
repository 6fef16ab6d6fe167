"""Files as the client reads and writes them, and a server that gets in its way."""

import csv
import http.client
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import openpyxl
from helpers import Company


def rows_of(order, *refs):
    """Rows that take one lantern back for each of the refs."""
    row = {"order": order, "product": Company.sku, "quantity": 1, "reason": "UNWANTED"}
    return [{"ref": ref} | row for ref in refs]


def write(path, rows):
    """Write rows to a CSV or XLSX file, and return its path."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    table = [names, *([row.get(name) for name in names] for row in rows)]
    if path.suffix == ".xlsx":
        book = openpyxl.Workbook()
        for cells in table:
            book.active.append(cells)
        book.save(path)
    else:
        with path.open("w", newline="") as file:
            csv.writer(file).writerows(table)
    return path


def told(path):
    """The rows of the result file of that file."""
    with open(f"{path}.result.csv", encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


class Between:
    """A server between a client and Odoo that mishandles some calls of a method.

    ``answers[n]``: the n-th call is made, then this is called, and nothing is answered;
    ``statuses[n]``: the n-th call is not made, and answered with this HTTP status.
    """

    def __init__(self, base_url, method):
        self.answers, self.statuses, self.count = {}, {}, 0
        between, odoo, wanted = self, urlsplit(base_url).netloc, method.encode()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                number = None
                if wanted in body or wanted in self.path.encode():
                    between.count += 1
                    number = between.count
                if number in between.statuses:
                    self.send_error(between.statuses[number])
                    return
                connection = http.client.HTTPConnection(odoo, timeout=60)
                connection.request("POST", self.path, body, dict(self.headers))
                response = connection.getresponse()
                content = response.read()
                connection.close()
                if number in between.answers:
                    between.answers[number]()
                    self.close_connection = True
                    return
                self.send_response(response.status)
                self.send_header("Content-Type", response.getheader("Content-Type"))
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_arguments):
                """Nothing: pytest's output is for the tests."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_error):
        self._server.shutdown()
        self._server.server_close()
