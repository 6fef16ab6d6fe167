"""The server that the tests talk to has nothing else to do."""


def test_no_process_of_the_server_dies_at_its_start(server):
    assert "ImportError" not in server.log
    assert server.log.count("alive") >= 3, "two workers, and one for jobs"
