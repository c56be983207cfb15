"""Under ``/ngsi-ld/v1/``; each address with and without a slash at its end. Ids may hold slashes."""

from __future__ import annotations

from django.urls import re_path

from lingqu.protocols.ngsi_ld import (
    batch,
    common,
    described,
    discovery,
    entities,
    entity_maps,
    hosting,
    postquery,
    querying,
    snapshots,
    subscriptions,
    temporal,
)
from lingqu.protocols.ngsi_ld.sources import registrations

urlpatterns = [
    re_path(r"^entities/?$", entities.collection),
    re_path(r"^entities/(?P<entity_id>.*?)/attrs/?$", entities.attributes),
    re_path(r"^entities/(?P<entity_id>.*?)/attrs/(?P<name>.+?)/?$", entities.attribute),
    re_path(r"^entities/(?P<entity_id>.+?)/?$", entities.single),
    re_path(r"^entityOperations/(?P<name>create|upsert|update|merge|delete)/?$", batch.operation),
    re_path(r"^entityOperations/query/?$", postquery.query),
    re_path(r"^temporal/entities/?$", temporal.collection),
    re_path(r"^temporal/entities/(?P<entity_id>.*?)/attrs/?$", temporal.attributes),
    re_path(r"^temporal/entities/(?P<entity_id>.*?)/attrs/(?P<rest>.+)$", temporal.attribute),
    re_path(r"^temporal/entities/(?P<entity_id>.+?)/?$", temporal.single),
    re_path(r"^temporal/entityOperations/query/?$", temporal.query),
    re_path(r"^subscriptions/?$", subscriptions.collection),
    re_path(r"^subscriptions/(?P<subscription_id>.+?)/?$", subscriptions.single),
    re_path(r"^csourceRegistrations/?$", registrations.collection),
    re_path(r"^csourceRegistrations/(?P<source_id>.+?)/?$", registrations.single),
    re_path(r"^csourceSubscriptions/?$", subscriptions.collection, {"kind": "sources"}),
    re_path(r"^csourceSubscriptions/(?P<subscription_id>.+?)/?$", subscriptions.single, {"kind": "sources"}),
    re_path(r"^entityMaps/?$", querying.entity_map),
    re_path(r"^entityMaps/(?P<map_id>.+?)/?$", entity_maps.single),
    re_path(r"^temporal/entityMaps/?$", temporal.entity_map),
    re_path(r"^snapshots/?$", snapshots.collection),
    re_path(r"^snapshots/(?P<snapshot_id>.+?)/clone/?$", snapshots.clone),
    re_path(r"^snapshots/(?P<snapshot_id>.+?)/?$", snapshots.single),
    re_path(r"^types/?$", discovery.types),
    re_path(r"^types/(?P<name>.+?)/?$", discovery.one_type),
    re_path(r"^attributes/?$", discovery.attributes),
    re_path(r"^attributes/(?P<name>.+?)/?$", discovery.one_attribute),
    re_path(r"^jsonldContexts/?$", hosting.collection),
    re_path(r"^jsonldContexts/(?P<name>.+?)/?$", hosting.single),
    re_path(r"^openapi\.json$", described.endpoint),
    re_path(r"^info/sourceIdentity/?$", common.identity),
    re_path(r"", common.unknown),
]
