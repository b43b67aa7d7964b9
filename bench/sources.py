"""The peers' side of reading a CRM: the same job with its Python client or with dlt.

Run by the bench binary as `sources.py <crm> <peer> <url> <token> <folder>`. Prints one JSON line:
processor time and time on the wall up to the end of each stage, the most memory held, the answer to
compare, and versions. Imports are not counted.
"""

import csv
import importlib.metadata
import io
import json
import os
import platform
import resource
import sys
import time
from datetime import date, datetime
from decimal import Decimal

CRM, PEER, URL, TOKEN, FOLDER = sys.argv[1:]

# What our connector reads, by name.
DEALS = (
    "dealname amount deal_currency_code dealstage pipeline closedate createdate hs_lastmodifieddate "
    "hubspot_owner_id hs_deal_stage_probability hs_is_closed hs_is_closed_won closed_lost_reason "
    "hs_merged_object_ids hs_v2_date_entered_current_stage"
).split()
COMPANIES = (
    "name domain website industry numberofemployees annualrevenue hubspot_owner_id createdate "
    "hs_lastmodifieddate hs_merged_object_ids"
).split()
CONTACTS = (
    "firstname lastname email jobtitle hs_buying_role notes_last_contacted lastmodifieddate "
    "hs_merged_object_ids"
).split()
HISTORY = ["dealstage", "pipeline"]
# A page with histories holds fifty.
PAGE, PAGE_WITH_HISTORY = 100, 50

# Of Salesforce: the object, what is read of it, and which of its rows.
OBJECTS = {
    "users": (
        "User",
        "Name Email Title Department ManagerId UserRole.Name UserRole.ParentRoleId SystemModstamp",
        " WHERE UserType IN ('Standard', 'PowerPartner')",
    ),
    "accounts": (
        "Account",
        "IsDeleted MasterRecordId Name Website Industry NumberOfEmployees AnnualRevenue "
        "CurrencyIsoCode OwnerId SystemModstamp",
        "",
    ),
    "opportunities": (
        "Opportunity",
        "IsDeleted Name AccountId Amount CurrencyIsoCode StageName Probability CloseDate IsClosed "
        "IsWon OwnerId CreatedDate LastStageChangeDate SystemModstamp",
        "",
    ),
    "history": ("OpportunityHistory", "OpportunityId StageName CreatedDate", ""),
    "roles": (
        "OpportunityContactRole",
        "OpportunityId ContactId Role IsPrimary IsDeleted CreatedDate SystemModstamp "
        "Contact.IsDeleted Contact.Name Contact.Email Contact.Title Contact.SystemModstamp",
        "",
    ),
}
# Of these the fields that the account has added are read, too.
WITH_CUSTOM = {"accounts", "opportunities"}

stages = []


class Stages:
    """Figures up to the end of each stage, since this was made."""

    def __init__(self):
        self.cpu, self.wall = self.used(), time.perf_counter()

    @staticmethod
    def used():
        who = resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN
        return sum(u.ru_utime + u.ru_stime for u in map(resource.getrusage, who))

    def end(self, name):
        stages.append(
            {
                "name": name,
                "cpu_s": self.used() - self.cpu,
                "wall_s": time.perf_counter() - self.wall,
            }
        )


def own(properties):
    """The names of properties the account has added."""
    return [it["name"] for it in properties if not it["hubspotDefined"]]


def statement(kind, fields):
    """What is read of an object of Salesforce, of the fields that there are."""
    name, wanted, rows = OBJECTS[kind]
    known = {it["name"] for it in fields} | {it["relationshipName"] for it in fields}
    names = ["Id"] + [it for it in wanted.split() if it.split(".")[0] in known]
    if kind in WITH_CUSTOM:
        names += [it["name"] for it in fields if it["name"].endswith("__c")]
    return f"SELECT {','.join(names)} FROM {name}{rows}"


# --- The client of HubSpot ---------------------------------------------------------------------


def hubspot_client():
    import hubspot
    from hubspot.crm.associations.v4 import BatchInputPublicFetchAssociationsBatchRequest as Ask
    from hubspot.crm.contacts import BatchReadInputSimplePublicObjectId as Read

    client = hubspot.Client.create(access_token=TOKEN, host=URL)
    crm = client.crm
    deals_api, companies_api = crm.deals.basic_api, crm.companies.basic_api
    owners_api, pipelines_api = crm.owners.owners_api, crm.pipelines.pipelines_api
    properties_api = crm.properties.core_api
    ties_api, contacts_api = crm.associations.v4.batch_api, crm.contacts.batch_api

    def pages(get, **wanted):
        after = None
        while True:
            page = get(**wanted, **({"after": after} if after else {}))
            yield page
            if not (page.paging and page.paging.next):
                return
            after = page.paging.next.after

    run = Stages()
    for archived in (False, True):
        for _ in pages(owners_api.get_page, limit=PAGE, archived=archived):
            pass
    pipelines_api.get_all("deals")
    properties = {
        kind: properties_api.get_all(kind).to_dict()["results"] for kind in ("deals", "companies")
    }
    # The client's own names are not the API's.
    added = {
        kind: [it["name"] for it in all_ if not it["hubspot_defined"]]
        for kind, all_ in properties.items()
    }
    for _ in pages(companies_api.get_page, limit=PAGE, properties=COMPANIES + added["companies"]):
        pass
    deals = history = associations = 0
    for page in pages(
        deals_api.get_page,
        limit=PAGE_WITH_HISTORY,
        properties=DEALS + added["deals"],
        properties_with_history=HISTORY,
        associations=["companies"],
    ):
        for deal in page.results:
            deals += 1
            history += len(deal.properties_with_history["dealstage"])
            if deal.associations:
                associations += len({it.id for it in deal.associations["companies"].results})
        asked = [{"id": deal.id} for deal in page.results]
        people = set()
        while asked:
            ties = ties_api.get_page("deals", "contacts", Ask(inputs=asked))
            asked = []
            for one in ties.results:
                associations += len(one.to)
                people.update(str(to.to_object_id) for to in one.to)
                if one.paging and one.paging.next:
                    asked.append({"id": one._from.id, "after": one.paging.next.after})
        people = sorted(people)
        for at in range(0, len(people), PAGE):
            inputs = [{"id": it} for it in people[at : at + PAGE]]
            contacts_api.read(
                Read(inputs=inputs, properties=CONTACTS, properties_with_history=[])
            )
    run.end("")
    return {"deals": deals, "history": history, "associations": associations}


# --- The client of Salesforce ------------------------------------------------------------------


def truth(text):
    return text if isinstance(text, bool) else text == "true"


# What the organisation says a field is, as a value to count with.
TYPED = {
    "currency": lambda it: Decimal(str(it)),
    "double": lambda it: Decimal(str(it)),
    "percent": lambda it: Decimal(str(it)),
    "int": lambda it: int(float(it)),
    "date": date.fromisoformat,
    "datetime": datetime.fromisoformat,
    "boolean": truth,
}
# Of the contact that comes with a role.
OF_CONTACT = {"IsDeleted": truth, "SystemModstamp": datetime.fromisoformat}


def salesforce_client(by_job):
    import requests
    from simple_salesforce import Salesforce

    class Plain(requests.adapters.HTTPAdapter):
        """The client insists on TLS, which the fake does not have."""

        def send(self, request, **more):
            request.url = "http" + request.url.removeprefix("https")
            return super().send(request, **more)

    session = requests.Session()
    session.mount("https://", Plain())
    client = Salesforce(instance_url=URL, session_id=TOKEN, version="66.0", session=session)

    def rows(name, soql):
        if not by_job:
            yield from client.query_all_iter(soql, include_deleted=True)
            return
        for text in getattr(client.bulk2, name).query_all(soql, max_records=25_000, wait=0):
            yield from csv.DictReader(io.StringIO(text))

    run = Stages()
    kept, typed = {}, {}
    for kind, (name, *_) in OBJECTS.items():
        fields = getattr(client, name).describe()["fields"]
        soql = statement(kind, fields)
        asked = set(soql.split()[1].split(","))
        typed[kind] = [
            (it["name"], TYPED[it["type"]])
            for it in fields
            if it["type"] in TYPED and it["name"] in asked
        ]
        if kind in ("history", "roles"):
            of = {}
            for row in rows(name, soql):
                of.setdefault(row["OpportunityId"], []).append(row)
            for deal in kept["opportunities"].values():
                deal[kind] = of.get(deal["Id"], ())
        else:
            kept[kind] = {row["Id"]: row for row in rows(name, soql)}
    run.end("joined by deal")

    def convert(row, fields):
        for name, read in fields:
            value = row.get(name)
            if value is not None and value != "":
                row[name] = read(value)

    contact = OF_CONTACT.items()
    if by_job:
        contact = [("Contact." + name, read) for name, read in contact]
    deals = history = associations = 0
    for kind in ("users", "accounts"):
        for row in kept[kind].values():
            convert(row, typed[kind])
    for deal in kept["opportunities"].values():
        convert(deal, typed["opportunities"])
        for row in deal["history"]:
            convert(row, typed["history"])
        for row in deal["roles"]:
            convert(row, typed["roles"])
            who = row if by_job else row["Contact"]
            if who:
                convert(who, contact)
        deals += 1
        history += len(deal["history"])
        associations += bool(deal["AccountId"]) + len(deal["roles"])
    run.end("joined and typed")
    return {"deals": deals, "history": history, "associations": associations}


# --- dlt ---------------------------------------------------------------------------------------


def quiet():
    os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
    os.environ["RUNTIME__LOG_LEVEL"] = "ERROR"
    os.environ["DLT_DATA_DIR"] = FOLDER


def through_dlt(source, counts):
    import dlt

    pipeline = dlt.pipeline(
        pipeline_name="bench",
        pipelines_dir=FOLDER,
        destination=dlt.destinations.duckdb(os.path.join(FOLDER, "bench.duckdb")),
        dataset_name="crm",
    )
    run = Stages()
    pipeline.extract(source())
    run.end("extract")
    pipeline.normalize()
    run.end("extract and normalize")
    pipeline.load()
    run.end("extract, normalize and load into DuckDB")
    with pipeline.sql_client() as sql:
        one = lambda query: sql.execute_sql(query)[0][0]
        return {what: sum(map(one, queries)) for what, queries in counts.items()}


def dlt_of(resources, paginator, selector):
    from dlt.sources.rest_api import rest_api_source

    return rest_api_source(
        {
            "client": {
                "base_url": URL + "/",
                "auth": {"type": "bearer", "token": TOKEN},
                "paginator": paginator,
            },
            "resource_defaults": {"write_disposition": "append"},
            "resources": [
                {
                    "name": name,
                    "endpoint": {"path": path, "params": params, "data_selector": selector},
                }
                for name, path, params in resources
            ],
        },
        name="crm",
    )


def hubspot_dlt():
    quiet()
    from dlt.sources.helpers import requests
    from dlt.sources.helpers.rest_client.paginators import JSONResponseCursorPaginator

    def source():
        def added(kind):
            answer = requests.get(
                f"{URL}/crm/properties/2026-09/{kind}", headers={"authorization": f"Bearer {TOKEN}"}
            )
            return own(answer.json()["results"])

        def objects(kind, names, **more):
            wanted = {"limit": PAGE, "properties": ",".join(names)}
            return kind, f"crm/objects/2026-09/{kind}", {**wanted, **more}

        resources = [
            ("owners", "crm/owners/2026-09", {"limit": PAGE, "archived": "false"}),
            ("owners_archived", "crm/owners/2026-09", {"limit": PAGE, "archived": "true"}),
            ("pipelines", "crm/pipelines/2026-09/deals", {}),
            objects("companies", COMPANIES + added("companies")),
            objects("contacts", CONTACTS),
            objects(
                "deals",
                DEALS + added("deals"),
                limit=PAGE_WITH_HISTORY,
                propertiesWithHistory=",".join(HISTORY),
                associations="companies,contacts",
            ),
        ]
        paginator = JSONResponseCursorPaginator(
            cursor_path="paging.next.after", cursor_param="after"
        )
        return dlt_of(resources, paginator, "results")

    tied = "SELECT count(DISTINCT (_dlt_parent_id, id)) FROM deals__associations__{}__results"
    return through_dlt(
        source,
        {
            "deals": ["SELECT count(*) FROM deals"],
            "history": ["SELECT count(*) FROM deals__properties_with_history__dealstage"],
            "associations": [tied.format("companies"), tied.format("contacts")],
        },
    )


def salesforce_dlt():
    quiet()
    from dlt.sources.helpers import requests
    from dlt.sources.helpers.rest_client.paginators import JSONLinkPaginator

    api = "services/data/v66.0"

    def source():
        resources = []
        for kind, (name, *_) in OBJECTS.items():
            described = requests.get(
                f"{URL}/{api}/sobjects/{name}/describe", headers={"authorization": f"Bearer {TOKEN}"}
            )
            soql = statement(kind, described.json()["fields"])
            resources.append((kind, f"{api}/queryAll", {"q": soql}))
        return dlt_of(resources, JSONLinkPaginator(next_url_path="nextRecordsUrl"), "records")

    return through_dlt(
        source,
        {
            "deals": ["SELECT count(*) FROM opportunities"],
            "history": ["SELECT count(*) FROM history"],
            "associations": [
                "SELECT count(account_id) FROM opportunities",
                "SELECT count(*) FROM roles",
            ],
        },
    )


jobs = {
    ("hubspot", "hubspot-api-client"): hubspot_client,
    ("salesforce", "simple-salesforce"): lambda: salesforce_client(by_job=False),
    ("salesforce", "simple-salesforce by job"): lambda: salesforce_client(by_job=True),
    ("hubspot", "dlt"): hubspot_dlt,
    ("salesforce", "dlt"): salesforce_dlt,
}
answer = jobs[CRM, PEER]()
print(
    json.dumps(
        {
            "stages": stages,
            "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            "answer": answer,
            "versions": {
                "python": platform.python_version(),
                PEER.split()[0]: importlib.metadata.version(PEER.split()[0]),
            },
        }
    )
)
