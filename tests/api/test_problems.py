from domain.foundation.errors import DomainError


def test_an_unknown_path_is_a_typed_problem(client):
    answer = client.get("/nowhere")
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/no-such-route")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["instance"] == answer.headers["x-request-id"]


def test_every_refusal_has_a_page(client):
    index = client.get("/problems").text
    for kind in DomainError.all_classes():
        assert f"/problems/{kind.slug}" in index
        assert client.get(f"/problems/{kind.slug}").status_code == 200


def test_a_sane_request_id_is_kept_and_another_replaced(client):
    def told(given):
        return client.get("/health/live", headers={"x-request-id": given}).headers["x-request-id"]

    assert told("my-own-id-1") == "my-own-id-1"
    assert told("bad id\x7f").startswith("req_")


def test_health_tells_life_and_readiness(client):
    assert client.get("/health/live").status_code == 204
    assert client.get("/health/ready").status_code == 204
