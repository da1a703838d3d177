"""The operators' console: Django Admin in unfold's skin."""

from django.utils.translation import gettext_lazy as _
from unfold.sites import UnfoldAdminSite


class Console(UnfoldAdminSite):
    site_title = "Okno"
    site_header = "Okno"
    index_title = _("Console")
