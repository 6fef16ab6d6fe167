"""Databases to copy from, built when what is in them changed.

Three levels, so that a change in an addon costs seconds: the modules of Odoo that every
user of ours has, by Odoo's version; on a copy of that the modules that some have, such
as those that glue addons of ours wait for; on a copy of that our addons, by a hash of
their files. All exist without and with demo data.
"""

import hashlib
import sys
import time

from .databases import PREFIX
from .places import ADDONS, locked, modules

CORE = "sale_management,stock,sale_stock,account"
OPTIONAL = "sale_mrp,delivery,payment_demo,base_automation"
# The first is the default of users and partners; Odoo switches English off otherwise.
LANGUAGE = "en_US,zh_CN"
HASHED = {".py", ".xml", ".csv", ".po", ".sql", ".js", ".css", ".scss"}
KEPT = 6
# A company with a chart of accounts takes seconds: the test classes share this one.
# Its name is what Odoo's own tests call the one that each of them makes.
COMPANY = """
company = env["res.company"].create({"name": "company_1_data"})
env["stock.warehouse"].create({"company_id": company.id})
env["account.chart.template"].try_loading(
    "generic_coa", company=company, install_demo=False
)
company.account_fiscal_country_id = env.ref("base.us")
"""


def addons_hash():
    """Return a hash of all that a database with our addons depends on."""
    digest = hashlib.sha256(COMPANY.encode())
    for module in modules():
        for path in sorted((ADDONS / module).rglob("*")):
            relative = path.relative_to(ADDONS)
            if path.suffix in HASHED and "tests" not in relative.parts:
                digest.update(f"{relative}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()[:10]


def core_hash(environment):
    """Return a hash of all that a database with Odoo's own modules depends on."""
    text = f"{environment.version} {environment.odoo} {CORE} {OPTIONAL} {LANGUAGE}"
    return hashlib.sha256(text.encode()).hexdigest()[:10]


class Templates:
    """The templates on the server of that Odoo, each built by the first to ask."""

    def __init__(self, odoo):
        self.odoo = odoo
        self.databases = odoo.databases
        self.core_hash = core_hash(self.databases.environment)

    def core(self, demo=False):
        """Return the template with the modules of Odoo that every user has."""
        name = f"{PREFIX}_core{'demo' if demo else ''}_{self.core_hash}"
        language = f"--load-language={LANGUAGE}"
        return self._built(name, lambda new: self._install(new, CORE, demo, language))

    def optional(self, demo=False):
        """Return the template with those that some have as well."""
        name = f"{PREFIX}_optional{'demo' if demo else ''}_{self.core_hash}"
        core = self.core(demo)

        def build(new):
            self.databases.copy(core, new)
            self._install(new, OPTIONAL, demo)

        return self._built(name, build)

    def addons(self, demo=False):
        """Return the template with our addons too."""
        kind = f"{PREFIX}_addons{'demo' if demo else ''}_"
        name = f"{kind}{self.core_hash}{addons_hash()}"
        optional = self.optional(demo)

        def build(new):
            self.databases.copy(optional, new)
            if modules():
                self._install(new, ",".join(modules()), demo)
            if not demo:
                self.odoo.shell(new, COMPANY)

        name = self._built(name, build)
        self._drop_old(kind, name)
        return name

    def copy(self, template, label):
        """Return a database of this run that is a copy of the template."""
        return self.databases.copy(template, self.databases.of_run(label))

    def _install(self, name, wanted, demo, *options):
        with_demo = ["--with-demo"] if demo else []
        options = ["-d", name, "-i", wanted, *with_demo, *options]
        self.odoo.run(*options, log=f"{name}.log")

    def _built(self, name, build):
        with locked(f"template-{self.databases.server.name}-{name}"):
            if name not in self.databases.names():
                started = time.monotonic()
                partial = self.databases.of_run(f"building_{name}")[:63]
                self.databases.drop(partial)
                build(partial)
                self.databases.rename(partial, name)
                seconds = time.monotonic() - started
                print(f"built {name} in {seconds:.0f} s", file=sys.stderr, flush=True)
        statement = f"COMMENT ON DATABASE {name} IS '{time.time():.0f}'"
        self.databases.sql("postgres", statement)
        return name

    def _drop_old(self, kind, newest):
        """Drop those of the kind that were not used for longest."""
        rows = self.databases.sql(
            "postgres",
            "SELECT datname FROM pg_database"
            f" WHERE datname LIKE '{kind}%' AND datname <> '{newest}'"
            " ORDER BY shobj_description(oid, 'pg_database') DESC NULLS LAST",
        )
        for name in rows[KEPT:]:
            self.databases.drop(name)
