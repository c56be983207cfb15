"""Reminders of appointments: offers know of them, notices bring them."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from lingqu.centre.notices import door as notices
from lingqu.centre.offers import door as offers
from lingqu.kernel.text import Text


def tell() -> int:
    """Gives how many were told."""
    with transaction.atomic():
        found = offers.to_remind()
        for each in found:
            at = timezone.localtime(each.begins)
            subject = Text(
                zh=f"预约提醒：{at:%m月%d日 %H:%M}，{each.title.zh}",
                en=f"Your appointment: {at:%d %B %H:%M}, {each.title.en}",
            )
            key = f"appointment:{each.number}:{each.begins:%Y%m%d%H%M}"
            notices.tell([each.account], "appointment", subject, each.place, link="/my/appointments/", key=key)
        offers.reminded([each.number for each in found])
    return len(found)
