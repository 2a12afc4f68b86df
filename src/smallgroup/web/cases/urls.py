from django.urls import path

from smallgroup.web.cases import doing, parts, views

urlpatterns = [
    path("", views.case_queue, name="case_queue"),
    path("calendar/", views.case_calendar, name="case_calendar"),
    path("<uuid:key>/", views.case_page, name="case"),
    path("<uuid:key>/history/", views.case_history, name="case_history"),
    path("<uuid:key>/members/", parts.members, name="case_members"),
    path("<uuid:key>/premiums/", parts.premiums, name="case_premiums"),
    path("<uuid:key>/wages/", parts.wages, name="case_wages"),
    path("<uuid:key>/papers/<uuid:paper>/", parts.paper_file, name="case_paper"),
    path("<uuid:key>/requests/<uuid:request_key>/", parts.request_file, name="case_request"),
    path("<uuid:key>/decisions/<int:number>/replay/", parts.replay_decision, name="case_replay"),
    path("<uuid:key>/decisions/<int:number>/letter/<str:copy>/", parts.decision_file, name="case_letter"),
    path("<uuid:key>/ask/", doing.ask, name="case_ask"),
    path("<uuid:key>/ask/letter/", parts.draft_file, name="case_ask_letter"),
    path("<uuid:key>/assign/", doing.assign, name="case_assign"),
    path("<uuid:key>/days/", doing.days, name="case_days"),
    path("<uuid:key>/notes/", doing.note, name="case_note"),
    path("<uuid:key>/rules/", doing.rules, name="case_rules"),
    path("<uuid:key>/papers/<uuid:paper>/judge/", doing.judge, name="case_judge"),
    path("<uuid:key>/papers/<uuid:paper>/undo/", doing.judge_undo, name="case_judge_undo"),
    path("<uuid:key>/settle/", doing.settle, name="case_settle"),
    path("<uuid:key>/settled/<int:settled>/undo/", doing.settle_undo, name="case_settle_undo"),
    path("<uuid:key>/decide/", doing.decide, name="case_decide"),
    path("<uuid:key>/overrides/<int:override>/", doing.override, name="case_override"),
    path("<uuid:key>/reopen/", doing.reopen, name="case_reopen"),
]
