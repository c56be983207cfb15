"""Certificates: issued once, signed so that other people's programs say so, ended so that everybody learns it."""

from __future__ import annotations

import base64
import concurrent.futures
import gzip
import io
import json
import os
import shutil
import subprocess
from datetime import date, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from django.conf import settings
from django.db import connection
from django.utils import timezone
from pypdf import PdfReader

from lingqu.blueprint import door as blueprint
from lingqu.centre.access.door import ANONYMOUS, SYSTEM, Actor
from lingqu.centre.access.models import LedgerRow
from lingqu.centre.entities import door as entities
from lingqu.centre.papers import door
from lingqu.centre.papers.models import Certificate as Row
from lingqu.kernel.errors import Conflict, Invalid, LingquError, NotFound, Refused
from lingqu.kernel.identifiers import uscc_of

pytestmark = [pytest.mark.usefixtures("fonts"), pytest.mark.django_db]

CITY = "code: c\ntitle: 城\ndivision: '419902000000'\npacks: [registers, enterprise_founding]\n"
DEPARTMENTS = "- {code: market, title: 市市场监督管理局}\n- {code: police, title: 市公安局}\n"
ROLES = """
- code: issuer
  title: 发证人员
  grants: [{actions: [issue], types: [Organization, Person], rows: own_department}]
"""
PERMIT = """
code: residence
title: {zh: 居住证, en: Residence permit}
issuer: police
about: Person
prefix: JZZ
name: name
number: id_number
found_by: idNumber
years: 1
states:
  - {code: name, title: 姓名, type: C60}
  - {code: id_number, title: 公民身份号码, type: C18, identifier: citizen_id}
"""
USCC = uscc_of("91", "419902", "MA1K3C5X")
FIRM = {
    "name": "松江一号软件有限公司",
    "uscc": USCC,
    "kind": "有限责任公司（自然人投资或控股）",
    "legal_representative": "甲某某",
    "capital": "100",
    "established": "2026-03-02",
    "address": "松江区一号路 1 号",
    "scope": "软件开发",
}
MARKET = Actor(kind="person", name="clerk", roles=("issuer",), department="market")
POLICE = Actor(kind="person", name="officer", roles=("issuer",), department="police")
PERSON = {"name": "欧阳小明", "id_number": "419901198407285332"}


@pytest.fixture
def city(db, tmp_path):
    (tmp_path / "city.yaml").write_text(CITY, "utf-8")
    for folder, text in (("departments", DEPARTMENTS), ("roles", ROLES), ("certificates", PERMIT)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / f"{folder}.yaml").write_text(text, "utf-8")
    blueprint.apply(SYSTEM, blueprint.load(tmp_path))


@pytest.fixture
def licence(city):
    return door.issue_certificate(MARKET, door.Order("business_licence", FIRM))


def text(pdf: bytes) -> str:
    return "".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


def test_four_papers_are_one(licence):
    page = text(door.certificates.file(MARKET, licence.number))
    for said in (
        "营业执照",
        "四证合一",
        USCC,
        USCC[8:17],
        "松江一号软件有限公司",
        licence.number,
        "长期",
        "市市场监督管理局",
    ):
        assert said in page
    assert licence.facts["organisation_code"] == USCC[8:17]
    assert licence.facts["tax_number"] == licence.facts["statistics_number"] == USCC
    assert licence.state == "valid"


def test_only_the_issuing_department_issues_and_a_refusal_is_told(city):
    before = LedgerRow.objects.filter(act="refused").count()  # those of other tests stay
    for actor in (POLICE, Actor(kind="person", name="n", department="market"), ANONYMOUS):
        with pytest.raises(Refused, match=r"access.issue"):
            door.issue_certificate(actor, door.Order("business_licence", FIRM))
    assert LedgerRow.objects.filter(act="refused").count() == before + 3
    assert not Row.objects.exists()


def test_issuing_leaves_one_row_of_the_ledger(licence):
    row = LedgerRow.objects.get(act="write", entity_type="Certificate")
    assert row.detail["certificate"] == licence.number
    assert row.detail["digest"] == Row.objects.get().digest


def test_what_breaks_a_rule_is_named_and_nothing_is_kept(city):
    wrong = FIRM | {
        "uscc": USCC[:-1] + ("0" if USCC[-1] != "0" else "1"),
        "capital": "many",
        "colour": "red",
        "name": "",
    }
    with pytest.raises(Invalid) as told:
        door.issue_certificate(MARKET, door.Order("business_licence", wrong))
    assert {fault.column for fault in told.value.faults} == {"uscc", "capital", "colour", "name"}
    assert not Row.objects.exists()


def test_one_living_licence_a_firm(licence):
    with pytest.raises(Conflict, match=r"certificates.living"):
        door.issue_certificate(MARKET, door.Order("business_licence", FIRM))
    door.revoke_certificate(MARKET, licence.number, "注销登记")
    again = door.issue_certificate(MARKET, door.Order("business_licence", FIRM))
    assert again.number != licence.number


def test_a_failure_while_signing_leaves_nothing(city, monkeypatch):
    from lingqu.centre.papers import signing

    def broken(*_):
        raise OSError("no key")

    monkeypatch.setattr(signing, "sign", broken)
    with pytest.raises(OSError, match="no key"):
        door.issue_certificate(MARKET, door.Order("business_licence", FIRM))
    assert not Row.objects.exists()
    assert not LedgerRow.objects.filter(act="write").exists()


def _signed_parts(pdf: bytes) -> tuple[bytes, bytes]:
    """(the CMS, the bytes it covers), found without the library that signed."""
    field = PdfReader(io.BytesIO(pdf)).get_fields()["Lingqu"]["/V"].get_object()
    a, b, c, d = field["/ByteRange"]
    assert field["/SubFilter"] == "/ETSI.CAdES.detached"
    assert (a, c + d) == (0, len(pdf))
    return bytes(field["/Contents"]), pdf[a : a + b] + pdf[c : c + d]


def _openssl(folder: Path, cms: bytes, content: bytes) -> bool:
    """OpenSSL's word on the signature, its chain and its content."""
    size = (
        2 + (cms[1] & 0x7F) + int.from_bytes(cms[2 : 2 + (cms[1] & 0x7F)], "big")
    )  # the blank is filled up with zeros
    (folder / "cms").write_bytes(cms[:size])
    (folder / "content").write_bytes(content)
    (folder / "root.pem").write_bytes(door.roots())
    command = ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", "cms", "-content", "content"]
    command += ["-CAfile", "root.pem", "-purpose", "any", "-out", "out"]
    return subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl")
def test_openssl_verifies_it_and_refuses_a_changed_byte(licence, tmp_path):
    cms, content = _signed_parts(door.certificates.file(MARKET, licence.number))
    assert _openssl(tmp_path, cms, content)
    for place in (10, len(content) // 2, len(content) - 10):
        changed = bytearray(content)
        changed[place] ^= 1
        assert not _openssl(tmp_path, cms, bytes(changed))
    other = bytearray(cms)
    other[-1 - next(i for i, b in enumerate(reversed(cms)) if b)] ^= 1
    assert not _openssl(tmp_path, bytes(other), content)


PDFSIG = os.environ.get("PDFSIG") or shutil.which("pdfsig")


@pytest.mark.skipif(not PDFSIG, reason="no pdfsig: install poppler-utils")
def test_poppler_verifies_it_and_refuses_a_changed_byte(licence, tmp_path):
    pdf = door.certificates.file(MARKET, licence.number)
    (tmp_path / "good.pdf").write_bytes(pdf)
    said = subprocess.run(
        [PDFSIG, "-nocert", "good.pdf"], cwd=tmp_path, capture_output=True, text=True, check=False
    ).stdout
    assert "Signature is Valid." in said
    assert "Total document signed" in said
    assert "ETSI.CAdES.detached" in said
    place = pdf.index(b"stream") + 40
    (tmp_path / "bad.pdf").write_bytes(pdf[:place] + bytes([pdf[place] ^ 1]) + pdf[place + 1 :])
    said = subprocess.run(
        [PDFSIG, "-nocert", "bad.pdf"], cwd=tmp_path, capture_output=True, text=True, check=False
    ).stdout
    assert "Signature is Valid." not in said


def test_a_file_brought_back_is_checked_to_its_last_byte(licence):
    pdf = door.certificates.file(MARKET, licence.number)
    proof = door.certificates.prove(ANONYMOUS, pdf)
    assert proof.good
    assert proof.number == licence.number
    for place in range(50, len(pdf), len(pdf) // 7):
        bad = door.certificates.prove(ANONYMOUS, pdf[:place] + bytes([pdf[place] ^ 1]) + pdf[place + 1 :])
        assert not bad.good
        assert not bad.same
        assert not bad.signature.good, place
    longer = door.certificates.prove(ANONYMOUS, pdf + b"\n% more")
    assert not longer.good
    assert not longer.signature.whole
    for rubbish in (b"", b"%PDF-1.7", os.urandom(5000)):
        assert not door.certificates.prove(ANONYMOUS, rubbish).signature.signed


def test_a_stranger_with_a_key_of_his_own_is_not_trusted(licence, tmp_path, settings):
    from lingqu.centre.papers import signing

    known = settings.LINGQU_SECRETS
    settings.LINGQU_SECRETS = tmp_path
    forged = _forged(signing)
    settings.LINGQU_SECRETS = known
    found = signing.check(forged)
    assert found.signed
    assert found.intact
    assert not found.trusted


def _forged(signing) -> bytes:
    from lingqu.centre.papers.typeset import typeset

    empty = {"title": "x", "layout": "plain", "merged": "", "number": "1", "rows": [], "issuer": "", "issued": ""}
    qr = '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>'
    return signing.sign(typeset("certificate", empty | {"validity": "", "law": "", "address": "", "qr": qr}), "x", "y")


def test_a_citys_own_ca_signs_by_configuration(city, tmp_path, settings):
    from lingqu.centre.papers import authority

    (tmp_path / "ca").mkdir()
    authority._make(tmp_path / "ca")
    settings.LINGQU_SIGNING_KEY = str(tmp_path / "ca" / "issuing.key")
    chain = tmp_path / "chain.pem"
    chain.write_bytes((tmp_path / "ca" / "issuing.pem").read_bytes() + (tmp_path / "ca" / "root.pem").read_bytes())
    settings.LINGQU_SIGNING_CHAIN = str(chain)
    made = door.issue_certificate(MARKET, door.Order("business_licence", FIRM))
    assert door.certificates.prove(ANONYMOUS, door.certificates.file(MARKET, made.number)).good
    assert door.roots() == (tmp_path / "ca" / "root.pem").read_bytes()
    settings.LINGQU_SIGNING_KEY = str(tmp_path / "ca" / "root.key")
    with pytest.raises(LingquError, match=r"papers.authority"):
        door.roots()


def test_own_keys_are_readable_to_us_only(licence):
    folder = Path(settings.LINGQU_SECRETS) / "certificates"
    for name in ("root.key", "issuing.key"):
        assert (folder / name).stat().st_mode & 0o077 == 0
    leaf = x509.load_pem_x509_certificate((folder / "issuing.pem").read_bytes())
    usage = leaf.extensions.get_extension_for_class(x509.KeyUsage).value
    assert usage.content_commitment
    assert not usage.key_cert_sign


def test_revoked_says_so_since_when(licence):
    pdf = door.certificates.file(MARKET, licence.number)
    with pytest.raises(Refused):
        door.revoke_certificate(POLICE, licence.number, "x")
    with pytest.raises(Invalid, match=r"certificates.reason"):
        door.revoke_certificate(MARKET, licence.number, " ")
    ended = door.revoke_certificate(MARKET, licence.number, "提交虚假材料")
    shown = door.certificates.show(ANONYMOUS, licence.number)
    assert (shown.state, shown.since) == ("revoked", ended.since)
    proof = door.certificates.prove(ANONYMOUS, pdf)
    assert proof.signature.good
    assert not proof.good
    with pytest.raises(Conflict, match=r"certificates.ended"):
        door.revoke_certificate(MARKET, licence.number, "again")


def _bit(licence) -> int:
    number, index = licence.status_list
    head, body, signature = door.status_list.signed(number).split(".")
    padded = [base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in (head, body, signature)]
    leaf = x509.load_der_x509_certificate(base64.b64decode(json.loads(padded[0])["x5c"][0]))
    r, s = (int.from_bytes(padded[2][at : at + 32], "big") for at in (0, 32))
    leaf.public_key().verify(encode_dss_signature(r, s), f"{head}.{body}".encode(), ec.ECDSA(hashes.SHA256()))
    encoded = json.loads(padded[1])["credentialSubject"]["encodedList"]
    assert encoded[0] == "u"
    bits = gzip.decompress(base64.urlsafe_b64decode(encoded[1:] + "=" * (-len(encoded[1:]) % 4)))
    assert len(bits) * 8 == 131_072
    return bits[index // 8] >> (7 - index % 8) & 1


def test_the_status_list_is_signed_and_has_its_bit(licence):
    assert _bit(licence) == 0
    door.revoke_certificate(MARKET, licence.number, "注销登记")
    assert _bit(licence) == 1
    with pytest.raises(NotFound):
        door.status_list.credential(2)


def test_expired_and_renewed(city):
    today = timezone.localdate()
    order = door.Order("residence", PERSON, holder="urn:p:1", begins=today - timedelta(days=300))
    old = door.issue_certificate(POLICE, order)
    assert old.ends == old.begins.replace(year=old.begins.year + 1) - timedelta(days=1)
    assert old.renewable
    new = door.renew_certificate(POLICE, old.number)
    assert new.replaces == old.number
    assert new.begins == today
    assert new.ends == old.ends.replace(year=old.ends.year + 1)
    assert door.certificates.show(ANONYMOUS, old.number).state == "replaced"
    assert [c.number for c in door.certificates.of_person("urn:p:1")] == [new.number, old.number]
    Row.objects.filter(number=new.number).update(ends=today - timedelta(days=1))
    assert door.certificates.show(ANONYMOUS, new.number).state == "expired"


def test_years_end_the_day_before():
    from lingqu.centre.papers.actions.issue_certificate import last_day

    assert last_day(date(2026, 3, 1), 3) == date(2029, 2, 28)
    assert last_day(date(2028, 2, 29), 1) == date(2029, 2, 28)
    assert last_day(date(2026, 3, 1), 0) is None


def test_strangers_learn_the_least_and_the_person_learns_of_it(city):
    permit = door.issue_certificate(POLICE, door.Order("residence", PERSON, holder="urn:p:1"))
    shown = door.certificates.show(ANONYMOUS, permit.number)
    assert "小明" not in shown.holder
    assert PERSON["id_number"] not in repr(shown)
    row = LedgerRow.objects.get(act="verify")
    assert row.entity_ids == ["urn:p:1"]
    with pytest.raises(NotFound):
        door.certificates.file(ANONYMOUS, permit.number)
    with pytest.raises(NotFound):
        door.certificates.one(MARKET, permit.number)
    assert door.certificates.one(Actor(kind="person", name="self", person="urn:p:1"), permit.number).facts == PERSON


@pytest.mark.django_db(transaction=True)
def test_many_at_once_make_one(city):
    def issue(_):
        try:
            return door.issue_certificate(MARKET, door.Order("business_licence", FIRM)).number
        except Conflict:
            return ""
        finally:
            connection.close()

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        made = [n for n in pool.map(issue, range(4)) if n]
    assert len(made) == 1


def test_numbers_are_not_counted(city):
    from lingqu.centre.papers.actions import issue_certificate as act

    numbers = {act._number(door.certificates.kind("residence"), timezone.now()) for _ in range(1000)}
    assert len(numbers) == 1000
    assert all(len(number.rpartition("-")[2]) == 12 for number in numbers)


def test_it_finds_its_holder_in_the_register(city):
    told = {"name": PERSON["name"], "idNumber": PERSON["id_number"]}
    told = {name: {"type": "Property", "value": value} for name, value in told.items()}
    draft = entities.Draft(id="urn:p:9", type="Person", attrs=told)
    entities.write(SYSTEM, [draft])
    assert door.issue_certificate(POLICE, door.Order("residence", PERSON)).holder == "urn:p:9"
    assert [c.kind for c in door.certificates.of_person("urn:p:9")] == ["residence"]


def test_who_may_issue_does_it_on_a_page(client, city, django_user_model):
    here = "/certificates/issue/business_licence/"
    assert client.get("/certificates/issue/").status_code == 302
    client.force_login(django_user_model.objects.create(username="n", kind="person", roles=[]))
    assert client.get("/certificates/issue/").status_code == client.post(here, FIRM).status_code == 403
    clerk = django_user_model.objects.create(
        username="k", kind="person", roles=["issuer"], department="market", demo=True
    )
    client.force_login(clerk)
    assert here in page(client, "/certificates/issue/")
    assert "/certificates/issue/residence/" not in page(client, "/certificates/issue/")
    wrong = client.post(here, FIRM | {"uscc": "91"}, headers={"accept-language": "en"})
    assert wrong.status_code == 422
    assert "check character" in wrong.content.decode()
    assert FIRM["name"] in wrong.content.decode()
    made = client.post(here, FIRM)
    number = Row.objects.get().number
    assert made.url == f"/my/certificates/{number}/"
    assert number in page(client, "/certificates/issue/")
    assert client.post(here, FIRM).status_code == 409
    assert client.post(f"/certificates/{number}/revoke/", {"why": " "}).status_code == 400
    assert client.post(f"/certificates/{number}/renew/").status_code == 302
    new = Row.objects.get(replaces=number).number
    assert client.post(f"/certificates/{new}/revoke/", {"why": "注销登记"}).status_code == 302
    assert "Revoked" in page(client, f"/my/certificates/{new}/")


def page(client, address: str, **more) -> str:
    return client.get(address, headers={"accept-language": "en"}, **more).content.decode()


def test_anybody_checks_by_number(client, city):
    permit = door.issue_certificate(POLICE, door.Order("residence", PERSON))
    here = f"/certificates/{permit.number}/"
    assert client.get("/certificates/", {"number": f" {permit.number.lower()} "}).url == here
    said = page(client, here)
    assert "Valid" in said
    assert "小明" not in said
    assert PERSON["id_number"] not in said
    door.revoke_certificate(POLICE, permit.number, "迁出本市")
    said = page(client, here)
    assert "Revoked" in said
    assert "迁出本市" not in said
    missing = client.get("/certificates/JZZ-2026-000000000000/", headers={"accept-language": "en"})
    assert missing.status_code == 404
    assert "Unknown" in missing.content.decode()
    assert client.get("/certificates/", {"number": "/"}).status_code == 200


def test_anybody_checks_the_file(client, licence):
    pdf, here = door.certificates.file(MARKET, licence.number), f"/certificates/{licence.number}/"

    def bring(content: bytes, to: str = here) -> str:
        sent = {"file": io.BytesIO(content)}
        return client.post(to, sent, headers={"accept-language": "en"}).content.decode()

    assert "Genuine, unchanged and in force" in bring(pdf)
    assert "Genuine, unchanged and in force" in bring(pdf, "/certificates/")
    place = len(pdf) // 2
    assert "Do not rely on this file" in bring(pdf[:place] + bytes([pdf[place] ^ 1]) + pdf[place + 1 :])
    other = door.issue_certificate(POLICE, door.Order("residence", PERSON))
    assert "of another certificate" in bring(pdf, f"/certificates/{other.number}/")
    door.revoke_certificate(MARKET, licence.number, "注销登记")
    assert "Do not rely on this file" in bring(pdf)
    assert client.post(here).status_code == 400


def test_programs_find_root_and_status_list(client, licence):
    assert client.get("/certificates/root.pem").content == door.roots()
    made = client.get("/certificates/status/1")
    assert made["Content-Type"] == "application/vc+jwt"
    assert made.content.count(b".") == 2
    plain = client.get("/certificates/status/1", headers={"accept": "application/json"}).json()
    assert plain["type"] == ["VerifiableCredential", "BitstringStatusListCredential"]
    assert client.get("/certificates/status/9").status_code == 404


def test_a_wallet_shows_ones_own_only(client, city, django_user_model):
    permit = door.issue_certificate(POLICE, door.Order("residence", PERSON, holder="urn:p:1"))
    assert client.get("/my/certificates/").status_code == 302
    for name, person, sees in (("own", "urn:p:1", True), ("other", "urn:p:2", False), ("none", "", False)):
        account = django_user_model.objects.create(username=name, kind="person", person=person)
        client.force_login(account)
        assert (permit.number in page(client, "/my/certificates/")) is sees
        status = 200 if sees else 404
        assert client.get(f"/my/certificates/{permit.number}/").status_code == status
        assert client.get(f"/my/certificates/{permit.number}/pdf/").status_code == status
    assert "No certificate yet" in page(client, "/my/certificates/")
