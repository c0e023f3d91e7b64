"""What the usual names of tracked events mean here; every other event is `custom.<name>`."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from handraise.importers.schema import key_of, snake


class EventKind(NamedTuple):
    """`type` is the activity; `kept`: the property that names what it was about, and `named_by`: other names that
    senders give it. It is the asset, too."""

    type: str
    kept: str | None = None
    named_by: tuple[str, ...] = ()


# activity | what it was about (the property's name here, then what senders call it) | names of events
# Only the start of a video counts, since its end is the same watching. Names are compared without case and punctuation.
_EVENTS = """
form.submitted     | form form_name form_id form_title | Form Submitted, Form Submission, Form Filled, Form Filled Out, Form Completed, Submitted Form, Lead Form Submitted, Lead Submitted
form.submitted     | form form_name form_id form_title = | Demo Requested, Requested Demo, Demo Request, Request Demo, Contact Form Submitted, Contact Requested, Contact Sales, Contacted Sales, Sales Contacted, Call Requested, Callback Requested, Quote Requested, Pricing Requested, Trial Requested, Newsletter Subscribed
content.viewed     | content content_name content_id title asset asset_name name | Content Viewed, Resource Viewed, Article Viewed, Case Study Viewed, Viewed Content, Content Clicked
content.viewed     | content name product_name sku product_id | Product Viewed, Viewed Product
content.downloaded | content content_name content_id asset asset_name file_name filename file title name | Content Downloaded, Asset Downloaded, Resource Downloaded, File Downloaded, Whitepaper Downloaded, White Paper Downloaded, Ebook Downloaded, Brochure Downloaded, Datasheet Downloaded, Case Study Downloaded, Downloaded Content, Download
content.shared     | content content_name content_id asset title name | Content Shared, Article Shared, Page Shared, Product Shared, Shared Content
video.watched      | video video_title video_name title video_id asset_id name | Video Playback Started, Video Watched, Video Played, Video Viewed, Watched Video
search.made        | search query search_term term | Products Searched, Search Performed, Search Made, Searched, Site Searched
link.clicked       | link url href label text | Link Clicked, Clicked Link, CTA Clicked, Clicked CTA
email.sent         | email email_subject email_id | Email Sent
email.delivered    | email email_subject email_id | Email Delivered
email.bounced      | email email_subject email_id | Email Bounced
email.opened       | email email_subject email_id | Email Opened
email.clicked      | email email_subject email_id | Email Link Clicked, Email Clicked
email.replied      | email email_subject email_id | Email Replied
email.unsubscribed | email email_subject email_id | Unsubscribed, Email Unsubscribed
email.complained   | email email_subject email_id | Email Marked as Spam
webinar.registered | webinar webinar_name webinar_title webinar_id title name | Webinar Registered, Registered for Webinar, Webinar Registration
webinar.attended   | webinar webinar_name webinar_title webinar_id title name | Webinar Attended, Attended Webinar, Webinar Joined
event.registered   | event_name event_title event_id title name | Event Registered, Registered for Event
event.attended     | event_name event_title event_id title name | Event Attended, Attended Event
meeting.booked     | meeting meeting_type meeting_name | Meeting Booked, Booked Meeting, Meeting Scheduled, Demo Booked, Demo Scheduled, Call Booked
chat.started       | chat | Chat Started, Live Chat Conversation Started, Started Chat, Conversation Started
survey.answered    | survey survey_name survey_id poll | Survey Answered, Survey Completed, Survey Submitted, Poll Answered
ad.clicked         | ad ad_name ad_id campaign | Ad Clicked, Clicked Ad
referral.made      | offer | Referral Made, Friend Referred
trial.started      | plan plan_name | Trial Started, Started Trial, Free Trial Started
product.signed_up  | plan plan_name | Signed Up, User Signed Up, Sign Up, Signup, Registered, User Registered
product.used       | feature feature_name | Signed In, Logged In, Login, Application Opened, Feature Used
"""


def _read(rows: str) -> dict[str, EventKind]:
    found: dict[str, EventKind] = {}
    for row in rows.strip().splitlines():
        type_, about, names = (cell.strip() for cell in row.split("|"))
        words = about.split()
        own_name = "=" in words
        kept, *named_by = (w for w in words if w != "=")
        # Without a property that names it, a demo request is the form of that name; a form in general is unnamed.
        kind = EventKind(type_, kept, (*named_by, *(("event",) if own_name else ())))
        found.update((key_of(name), kind) for name in names.split(","))
    return found


EVENTS: dict[str, EventKind] = _read(_EVENTS)


@lru_cache(maxsize=4096)
def kind_of(event: str) -> EventKind:
    """What an event of that name is; `custom.<name>` where the name is none of the usual ones."""
    return EVENTS.get(key_of(event)) or EventKind(f"custom.{snake(event)}")
