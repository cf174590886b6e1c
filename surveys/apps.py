from accounts import declarations
from surveys.personal_data import PERSONAL_DATA


class SurveysConfig(declarations.PlatformApp):
    name = "surveys"
    personal_data = PERSONAL_DATA
    addresses = {"surveys.FollowUp": "/surveys/follow-ups/{}/"}
    fact_tables = "surveys.loading.tables.FACT_TABLES"
    moves_account = "surveys.merge.move_answers"
    signal_consumers = ("surveys",)
    signals_heard = {"surveys": "event."}
    adds_to_messages = "surveys.engine.mail_parts.addition_of"
