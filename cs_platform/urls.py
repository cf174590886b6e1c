"""Every address of the platform. Account ids in addresses keep to a safe alphabet."""

from allauth.account.views import LoginView, LogoutView
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path, register_converter

from accounts.access import Right, requires
from accounts.api import in_app, mail_events
from accounts.api.openapi import SchemaView
from accounts.pages import assumed_renewals, csm_sentiment, notifications, revenue_source
from accounts.pages.converters import AccountIdConverter
from accounts.pages.customer_mail import views as customer_mail
from accounts.pages.doubles import views as doubles
from accounts.pages.imports import urls as imports_urls
from accounts.pages.in_app import views as in_app_pages
from accounts.pages.sign_in import urls as sign_in_urls
from accounts.pages.sign_in.urls import from_library
from accounts.urls import nowhere
from cs_platform.pages import design, home, unsaved
from cs_platform.pages.account import group as account_group
from cs_platform.pages.account import health as account_health
from cs_platform.pages.account import override as account_override
from cs_platform.pages.account import play as account_play
from cs_platform.pages.account import views as account
from cs_platform.pages.ops import actions as ops_actions
from cs_platform.pages.ops import views as ops
from cs_platform.pages.palette import views as palette
from cs_platform.pages.portfolio import audience, saved_views
from cs_platform.pages.portfolio import views as portfolio
from cs_platform.pages.probes import views as probes
from cs_platform.pages.survey_starts import playbooks_started
from cs_platform.pages.today import views as today
from health.pages.expansion import views as expansion
from health.pages.setup import core_features
from health.pages.setup import views as setup
from metrics.pages.executive import views as executive
from playbooks.api import chat
from playbooks.pages import account_plays, plays
from playbooks.pages.builder import urls as builder_urls
from playbooks.pages.compliance import views as compliance
from playbooks.pages.library import views as library
from playbooks.pages.sequences import views as sequences
from playbooks.pages.starts import views as play_starts
from playbooks.pages.tasks import actions as task_actions
from playbooks.pages.tasks import bulk as task_bulk
from playbooks.pages.tasks import new as task_new
from playbooks.pages.tasks import views as tasks
from surveys.pages.answering import look as survey_look
from surveys.pages.answering import preview as answering_preview
from surveys.pages.answering import views as answering
from surveys.pages.editor.urls import survey_paths
from surveys.pages.follow_ups import views as follow_ups
from surveys.pages.invitations import views as survey_invitations
from surveys.pages.results import views as survey_results

register_converter(AccountIdConverter, "account_id")

handler400 = "cs_platform.runtime.refusals.bad_request"
handler404 = "cs_platform.runtime.refusals.not_found"
handler500 = "cs_platform.runtime.refusals.server_error"

# One log-in for all rooms: anonymous people go to /login/, others without the right get a 403.
admin.site.login = from_library(Right.ADMINISTER, admin.site.login)  # type: ignore[assignment, method-assign]
admin.site.logout = requires(Right.SIGNED_IN, page="logout")(admin.site.logout)  # type: ignore[assignment, method-assign]

open_to_all, for_cs_ops = requires(Right.OPEN), requires(Right.ADMINISTER)

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("healthz", open_to_all(probes.healthz), name="healthz"),
    path("readyz", open_to_all(probes.readyz), name="readyz"),
    path("metrics", open_to_all(probes.prometheus), name="prometheus"),
    path(
        "login/",
        from_library(Right.OPEN, LoginView.as_view(template_name="account/login.html")),
        name="login",
    ),
    path("logout/", from_library(Right.SIGNED_IN, LogoutView.as_view()), name="logout"),
    path("auth/", include(sign_in_urls.urlpatterns)),
    path("admin/", admin.site.urls),
    path("api/v1/", include("accounts.urls")),
    path("api/v1/", include("playbooks.api.urls")),
    path("api/v1/", include("surveys.api.urls")),
    path("api/v1/", include("health.api.urls")),
    path("api/v1/schema/", SchemaView.as_view(), name="api_schema"),
    path("api/v1/", include(nowhere)),
    path("today/", today.today, name="today"),
    path("portfolio/", portfolio.portfolio, name="portfolio"),
    path("portfolio/views/", saved_views.saved_views, name="saved_views"),
    path("portfolio/views/new/", saved_views.new, name="saved_view_new"),
    path("portfolio/views/delete/", saved_views.delete, name="saved_view_delete"),
    path("portfolio/audiences/<int:audience_id>/", audience.audience, name="audience"),
    path("portfolio/audiences/<int:audience_id>/look/", audience.look, name="audience_look"),
    path("portfolio/audiences/<int:audience_id>/retire/", audience.retire, name="audience_retire"),
    path("tasks/", tasks.tasks, name="tasks"),
    path("executive/", executive.executive, name="executive"),
    path("executive/accounts/", executive.accounts, name="executive_accounts"),
    path("executive/movements/", executive.movements, name="executive_movements"),
    path("executive/causes/", executive.causes, name="executive_causes"),
    path("executive/health/", executive.health, name="executive_health"),
    path("executive/renewals/", executive.renewals, name="executive_renewals"),
    path("executive/week/", executive.changes, name="executive_changes"),
    path("tasks/new/", task_new.new, name="task_new"),
    path("tasks/bulk/", task_bulk.bulk, name="task_bulk"),
    path("tasks/<int:task_id>/undo/", task_actions.undo, name="task_undo"),
    path("tasks/<int:task_id>/", tasks.task, name="task"),
    path("tasks/<int:task_id>/complete/", task_actions.complete, name="task_complete"),
    path("tasks/<int:task_id>/skip/", task_actions.skip, name="task_skip"),
    path("tasks/<int:task_id>/snooze/", task_actions.snooze, name="task_snooze"),
    path("tasks/<int:task_id>/reassign/", task_actions.reassign, name="task_reassign"),
    path("compliance/", compliance.compliance, name="compliance"),
    path("compliance/list/", compliance.lines, name="compliance_lines"),
    path("compliance/falls/", compliance.falls_list, name="compliance_falls"),
    path("plays/starts/", play_starts.starts, name="play_starts"),
    path("sequences/", sequences.sequences, name="sequences"),
    path("sequences/<int:playbook_id>/", sequences.sequence, name="sequence"),
    path("plays/<int:play_id>/", account_play.play, name="play"),
    path("plays/<int:play_id>/reassign/", plays.reassign, name="play_reassign"),
    path("playbooks/", include(builder_urls.urlpatterns)),
    path("playbooks/library/", library.entries, name="library"),
    path("playbooks/library/<slug:key>/", library.entry, name="library_entry"),
    path("playbooks/library/<slug:key>/install/", library.install, name="library_install"),
    path("playbooks/library/<slug:key>/take/", library.take, name="library_take"),
    path("playbooks/library/<slug:key>/keep/", library.keep, name="library_keep"),
    path("expansion/", expansion.expansion, name="expansion"),
    path("setup/", setup.setup, name="setup"),
    path("setup/core-features/", core_features.core_features, name="core_features"),
    path("setup/core-features/take/", core_features.core_features_take, name="core_features_take"),
    path("ops/", ops.ops, name="ops"),
    path("ops/jobs/", ops.job_list, name="ops_jobs"),
    path("ops/jobs/<int:job_id>/retry/", ops_actions.retry_job, name="ops_job_retry"),
    path("ops/messages/", ops.message_list, name="ops_messages"),
    path(
        "ops/messages/<int:message_id>/resend/",
        ops_actions.resend_message,
        name="ops_message_resend",
    ),
    path("ops/nights/", ops.night_list, name="ops_nights"),
    path("ops/invariants/", ops.invariant_list, name="ops_invariants"),
    path("ops/invariants/ask/", ops_actions.ask_invariants, name="ops_invariants_ask"),
    path("ops/dirty/", ops.dirty_list, name="ops_dirty"),
    path("ops/flapping/", ops.flapping_list, name="ops_flapping"),
    path("ops/interventions/", ops.intervention_list, name="ops_interventions"),
    path("imports/", include(imports_urls.urlpatterns)),
    path("notifications/", notifications.notifications, name="notifications"),
    path("notifications/read/", notifications.read, name="notifications_read"),
    path("mail/", customer_mail.mails, name="mails"),
    path("mail/<int:message_id>/", customer_mail.mail, name="mail"),
    path("mail/<int:message_id>/approve/", customer_mail.approve, name="mail_approve"),
    path("mail/<int:message_id>/discard/", customer_mail.discard, name="mail_discard"),
    path("unsubscribe/<str:token>/", customer_mail.unsubscribe, name="unsubscribe"),
    path(
        "surveys/edit/<int:survey_id>/preview/",
        answering_preview.survey_preview,
        name="survey_preview",
    ),
    path(
        "surveys/edit/<int:survey_id>/preview/frame/",
        answering_preview.survey_preview_frame,
        name="survey_preview_frame",
    ),
    path("surveys/edit/", include(survey_paths(playbooks_started))),
    path("s/<str:token>/", answering.answer, name="survey_answer"),
    path("s/<str:token>/stop/", answering.stop, name="survey_stop"),
    path("survey-look/<str:colour>.css", survey_look.colours, name="survey_look"),
    path("survey-look/<str:digest>/logo", survey_look.logo, name="survey_logo"),
    path(
        "surveys/invitations/<int:invitation_id>/",
        survey_invitations.invitation,
        name="survey_invitation",
    ),
    path(
        "surveys/invitations/<int:invitation_id>/revoke/",
        survey_invitations.revoke_invitation,
        name="survey_invitation_revoke",
    ),
    path("surveys/follow-ups/", follow_ups.follow_ups, name="follow_ups"),
    path("surveys/follow-ups/<int:follow_up_id>/", follow_ups.follow_up, name="follow_up"),
    path(
        "surveys/follow-ups/<int:follow_up_id>/triage/", follow_ups.triage, name="follow_up_triage"
    ),
    path("surveys/follow-ups/<int:follow_up_id>/act/", follow_ups.act, name="follow_up_act"),
    path("surveys/follow-ups/<int:follow_up_id>/tell/", follow_ups.tell, name="follow_up_tell"),
    path("surveys/follow-ups/<int:follow_up_id>/drop/", follow_ups.drop, name="follow_up_drop"),
    path("surveys/", survey_results.results, name="surveys"),
    path("surveys/<str:key>/", survey_results.survey, name="survey_results"),
    path("surveys/<str:key>/answers/", survey_results.answers, name="survey_answers"),
    path("surveys/<str:key>/silent/", survey_results.silent, name="survey_silent"),
    path("surveys/<str:key>/baseline/", survey_results.baseline, name="survey_baseline"),
    path("hooks/mail/<str:token>/", mail_events.receive, name="mail_events"),
    path("hooks/slack/<slug:key>/", chat.slack, name="chat_slack"),
    path("hooks/teams/<slug:key>/", chat.teams, name="chat_teams"),
    path("in-app/", in_app_pages.in_app, name="in_app"),
    path("in-app/example/", in_app_pages.example, name="in_app_example"),
    path("in-app/try/", in_app_pages.try_it, name="in_app_try"),
    path("in-app/try/in_app.js", for_cs_ops(in_app.script), name="in_app_try_script"),
    path("in-app/try/messages", in_app_pages.try_messages, name="in_app_try_messages"),
    path(
        "in-app/try/messages/0/<slug:what>", in_app_pages.try_happened, name="in_app_try_happened"
    ),
    path("in-app/v1/in_app.js", in_app.script, name="in_app_script"),
    path("in-app/v1/messages", in_app.MessagesView.as_view(), name="in_app_messages"),
    path(
        "in-app/v1/messages/<int:message_id>/<slug:what>",
        in_app.HappenedView.as_view(),
        name="in_app_happened",
    ),
    path("unsaved/", unsaved.unsaved, name="unsaved"),
    path("design/", design.design, name="design"),
    path("palette/", palette.palette, name="palette"),
    path("doubles/", doubles.doubles, name="doubles"),
    path("doubles/merge/", doubles.merge, name="merge"),
    path("doubles/merge/now/", doubles.merge_now, name="merge_now"),
    path("accounts/<account_id:external_id>/", account.overview, name="account"),
    path("accounts/<account_id:external_id>/health/", account_health.health, name="account_health"),
    path(
        "accounts/<account_id:external_id>/health/override/",
        account_override.override,
        name="account_override",
    ),
    path(
        "accounts/<account_id:external_id>/csm-sentiment/",
        csm_sentiment.say,
        name="account_csm_sentiment",
    ),
    path("accounts/<account_id:external_id>/group/", account_group.group, name="account_group"),
    path("accounts/<account_id:external_id>/timeline/", account.timeline, name="account_timeline"),
    path("accounts/<account_id:external_id>/people/", account.people, name="account_people"),
    path("accounts/<account_id:external_id>/revenue/", account.revenue, name="account_revenue"),
    path("accounts/<account_id:external_id>/mail/", customer_mail.compose, name="account_mail"),
    path("renewals/assumed/", assumed_renewals.assumed, name="assumed_renewals"),
    path(
        "accounts/<account_id:external_id>/revenue/renewal/",
        assumed_renewals.confirm,
        name="account_renewal_confirm",
    ),
    path(
        "accounts/<account_id:external_id>/revenue/source/",
        revenue_source.decide,
        name="account_revenue_source",
    ),
    path(
        "accounts/<account_id:external_id>/plays/start/",
        account_plays.start,
        name="account_play_start",
    ),
    path(
        "accounts/<account_id:external_id>/plays/<int:play_id>/stop/",
        account_plays.stop,
        name="account_play_stop",
    ),
    path("accounts/<account_id:external_id>/surveys/", account.surveys, name="account_surveys"),
    path(
        "accounts/<account_id:external_id>/surveys/ask/", survey_invitations.ask, name="survey_ask"
    ),
    path("accounts/<account_id:external_id>/tasks/", account.tasks, name="account_tasks"),
]
