"""Nobody but who was given the address looks, writes or embeds; V-01 to V-04 and V-07 of the list of bad cases."""

import pytest

from sonograph import cli
from sonograph.web.server import address, is_local, names_of
from tests.web.visiting import TOKEN, visiting

HOSTS_REFUSED = ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "", "a/b?c", "127.0.0.1:x", "[::1"]


def anonymous(made, sounds):
    return visiting(made(sounds), come=False)


@pytest.mark.parametrize("host", HOSTS_REFUSED)
def test_another_name_for_this_machine_gets_nothing(client, host):
    answer = client.get("/recordings", headers={"Host": host})
    assert answer.status_code in (400, 403)
    assert answer.content == b""


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "LOCALHOST:9000", "[::1]:8765", "127.0.0.1:8765"])
def test_the_names_of_this_machine_pass_with_any_port(client, host):
    assert client.get("/recordings", headers={"Host": host, "Cookie": _cookie(client)}).status_code == 200


def test_two_hosts_are_one_too_many(client):
    answer = client.get(
        "/recordings", headers=[("Host", "localhost"), ("Host", "127.0.0.1"), ("Cookie", _cookie(client))]
    )
    assert (answer.status_code, answer.content) == (400, b"")


def test_the_token_becomes_a_cookie_and_leaves_the_address(made, sounds):
    client = anonymous(made, sounds)
    answer = client.get(f"/?token={TOKEN}&x=1", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/?x=1")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("sonograph_8765=") and TOKEN not in cookie
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    assert client.get("/recordings").status_code == 200


def test_cookies_of_others_are_passed_over(client):
    for other in ('a={"b": [1, 2]}', "é=ü", "=", "x", 'y="', ""):
        for cookie in (f"{other}; {_cookie(client)}", f"{_cookie(client)};{other}"):
            assert client.get("/recordings", headers={"Cookie": cookie.encode("latin-1")}).status_code == 200
    assert client.get("/recordings", headers={"Cookie": "sonograph_8765=; sonograph_8765=x"}).status_code == 403


@pytest.mark.parametrize("path", ["/", "/recordings", "/app/view.js", "/nothing", "/events"])
@pytest.mark.parametrize("token", [None, "wrong", "", TOKEN[:-1], "é"])
def test_without_the_token_there_is_nothing(made, sounds, path, token):
    answer = anonymous(made, sounds).get(path, params={} if token is None else {"token": token})
    assert answer.status_code == 403
    assert b"recordings" not in answer.content


def test_the_token_opens_the_page_alone(made, sounds):
    assert anonymous(made, sounds).get(f"/recordings?token={TOKEN}").status_code == 403


@pytest.mark.parametrize("origin", ["http://evil.example", "http://127.0.0.1:9999", "null", "http://localhost:8765"])
def test_another_page_cannot_write(client, ids, origin):
    answer = client.post("/describe", json={"recording": ids["tone.wav"]}, headers={"Origin": origin})
    assert answer.status_code == 403 and "another page" in answer.json()["error"]


def test_our_own_page_can(client, ids):
    own = {"Origin": "http://127.0.0.1:8765"}
    assert client.post("/describe", json={"recording": ids["tone.wav"]}, headers=own).status_code == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_page_cannot_embed_what_the_cookie_opens(client, site):
    assert client.get("/recordings", headers={"Sec-Fetch-Site": site}).status_code == 403


@pytest.mark.parametrize(
    "path",
    ["/app/../app.py", "/app/%2e%2e/app.py", "/app/..%2fapp.py", "/app/%252e%252e%252fapp.py", "/app/..\\app.py",
     "//etc/passwd", "/app//etc/passwd", "/app/a%00b", "/app/" + "a" * 5000, "/app/.hidden.js", "/app/link.js",
     "/app/", "/file//etc/passwd", "/file/%2fetc%2fpasswd"],
)  # fmt: skip
def test_no_path_leads_anywhere(client, path, monkeypatch, tmp_path):
    folder = tmp_path / "page"
    folder.mkdir()
    (folder / ".hidden.js").write_text("secret")
    (tmp_path / "secret.js").write_text("secret")
    (folder / "link.js").symlink_to(tmp_path / "secret.js")
    monkeypatch.setattr("sonograph.web.page_files.FOLDER", folder)
    answer = client.get(path)
    assert answer.status_code == 404
    assert b"secret" not in answer.content and b"root:" not in answer.content


@pytest.mark.parametrize("path", ["/", "/recordings", "/nothing", "/app/index.html"])
@pytest.mark.parametrize("come", [True, False])
def test_nothing_of_elsewhere_is_loaded_into_any_answer_or_it_elsewhere(made, sounds, path, come):
    headers = visiting(made(sounds), come=come).get(path).headers
    rules = dict(rule.strip().split(" ", 1) for rule in headers["content-security-policy"].split(";"))
    assert rules["default-src"] == "'none'" and rules["frame-ancestors"] == "'none'"
    assert rules["script-src"] == rules["style-src"] == rules["connect-src"] == "'self'"
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff" and headers["referrer-policy"] == "no-referrer"


def test_a_hostile_name_is_text_of_one_line(made, sounds):
    (sounds / "<script>alert(1)<\n\"'.wav").write_bytes((sounds / "tone.wav").read_bytes())
    answer = visiting(made(sounds)).get("/recordings")
    assert answer.headers["content-type"] == "application/json"
    assert "<script>alert(1)<\\n\"'.wav" in {row["name"] for row in answer.json()["recordings"]}


def test_only_loopback_is_local():
    assert [is_local(host) for host in ("127.0.0.1", "::1", "localhost", "0.0.0.0", "::", "192.168.1.5", "nas")] == [  # noqa: S104
        True, True, True, False, False, False, False,
    ]  # fmt: skip
    assert names_of("127.0.0.1") == [] and "[::]" in names_of("::")
    assert address("::1", 80, "t") == "http://[::1]:80/?token=t"


def test_a_web_socket_is_closed(client):
    with pytest.raises(Exception), client.websocket_connect("/events"):  # noqa: B017
        pass


def test_a_sound_from_a_pipe_is_refused(capsys):
    assert cli.main(["view", "-"]) == 2
    assert "- is given, and a viewer reads a sound again and again; name a file" in capsys.readouterr().err


def _cookie(client):
    return "; ".join(f"{name}={value}" for name, value in client.cookies.items())
