"""Under ``/stewardship/design/``: the designers of procedures and forms."""

from __future__ import annotations

from django.urls import path

from lingqu.blueprint.design import acts, forms, listing, moving, procedures
from lingqu.blueprint.design.drafts import page

app_name = "design"
urlpatterns = [
    path("", listing.listing, name="list"),
    path("new/<str:kind>/", listing.new, name="new"),
    path("drafts/<int:number>/", page, name="draft"),
    path("drafts/<int:number>/save/", procedures.save, name="save"),
    path("drafts/<int:number>/check/", procedures.check, name="check"),
    path("drafts/<int:number>/trial/", procedures.trial, name="trial"),
    path("drafts/<int:number>/form/<str:name>/", forms.change, name="change"),
    path("drafts/<int:number>/fields/<int:at>/", forms.field, name="field"),
    path("drafts/<int:number>/fields/<int:at>/check/", forms.field_check, name="field_check"),
    path("drafts/<int:number>/proposals/", forms.proposals, name="proposals"),
    path("drafts/<int:number>/preview/", forms.preview, name="preview"),
    path("drafts/<int:number>/preview.pdf", forms.pdf, name="preview_pdf"),
    path("drafts/<int:number>/questions/", forms.merged, name="merged"),
    path("drafts/<int:number>/differences/", acts.differences, name="differences"),
    path("drafts/<int:number>/draft.yaml", acts.yaml, name="draft_yaml"),
    path("drafts/<int:number>/act/<str:name>/", acts.act, name="act"),
    path("procedure/<str:code>/cases/", moving.page, name="moving"),
    path("procedure/<str:code>/cases/progress/", moving.progress, name="moving_progress"),
    path("procedure/<str:code>/cases/<str:name>/", moving.act, name="moving_act"),
    path("<str:kind>/<str:code>/", listing.entry, name="definition"),
    path("<str:kind>/<str:code>/begin/", listing.begin, name="begin"),
    path("<str:kind>/<str:code>/published.yaml", listing.yaml, name="yaml"),
]
