"""All shipped rules, in the order in which they run and are told."""

from audit.rule import Rule
from rules.accuracy.bot_submission import BotSubmission
from rules.accuracy.bounced_email import BouncedEmail
from rules.accuracy.bulk_overwrite import BulkOverwrite
from rules.accuracy.mistyped_email_domain import MistypedEmailDomain
from rules.accuracy.overwritten_by_blank import OverwrittenByBlank
from rules.accuracy.shared_login import SharedLogin
from rules.accuracy.sync_retry import SyncRetry
from rules.accuracy.value_flip_flop import ValueFlipFlop
from rules.completeness.blank_lead_source import BlankLeadSource
from rules.completeness.deal_without_amount import DealWithoutAmount
from rules.completeness.deal_without_customer import DealWithoutCustomer
from rules.completeness.deal_without_owner import DealWithoutOwner
from rules.completeness.lost_without_reason import LostWithoutReason
from rules.completeness.missing_name import MissingName
from rules.completeness.orphan_deal import OrphanDeal
from rules.completeness.submission_without_lead import SubmissionWithoutLead
from rules.completeness.unreachable_contact import UnreachableContact
from rules.consistency.active_before_created import ActiveBeforeCreated
from rules.consistency.bulk_close_date import BulkCloseDate
from rules.consistency.closed_before_created import ClosedBeforeCreated
from rules.consistency.consent_conflict import ConsentConflict
from rules.consistency.country_contradicts_phone import CountryContradictsPhone
from rules.consistency.customer_without_purchase import CustomerWithoutPurchase
from rules.consistency.inactive_owner import InactiveOwner
from rules.consistency.mailed_after_opt_out import MailedAfterOptOut
from rules.consistency.misspelt_picklist_value import MisspeltPicklistValue
from rules.consistency.paid_but_not_customer import PaidButNotCustomer
from rules.consistency.payment_from_unknown_customer import PaymentFromUnknownCustomer
from rules.consistency.picklist_variant import PicklistVariant
from rules.consistency.probability_contradicts_stage import ProbabilityContradictsStage
from rules.consistency.refunded_but_won import RefundedButWon
from rules.consistency.swapped_name_parts import SwappedNameParts
from rules.consistency.ticket_from_unknown_person import TicketFromUnknownPerson
from rules.consistency.ticket_out_of_order import TicketOutOfOrder
from rules.consistency.unlisted_product import UnlistedProduct
from rules.consistency.unstandardised_country import UnstandardisedCountry
from rules.consistency.updated_before_created import UpdatedBeforeCreated
from rules.consistency.won_but_never_paid import WonButNeverPaid
from rules.timeliness.dormant_user import DormantUser
from rules.timeliness.overdue_open_deal import OverdueOpenDeal
from rules.timeliness.silent_open_deal import SilentOpenDeal
from rules.timeliness.stale_email import StaleEmail
from rules.uniqueness.corrected_resubmission import CorrectedResubmission
from rules.uniqueness.double_click_submission import DoubleClickSubmission
from rules.uniqueness.duplicate_account import DuplicateAccount
from rules.uniqueness.duplicate_contact import DuplicateContact
from rules.uniqueness.duplicate_deal import DuplicateDeal
from rules.uniqueness.impatient_resubmission import ImpatientResubmission
from rules.uniqueness.person_in_several_sources import PersonInSeveralSources
from rules.uniqueness.repeated_id import RepeatedId
from rules.uniqueness.repeated_row import RepeatedRow
from rules.uniqueness.resubmission_by_other_address import ResubmissionByOtherAddress
from rules.uniqueness.shared_email import SharedEmail
from rules.validity.card_number_in_text import CardNumberInText
from rules.validity.cut_off_text import CutOffText
from rules.validity.disposable_email import DisposableEmail
from rules.validity.impossible_date import ImpossibleDate
from rules.validity.invalid_phone import InvalidPhone
from rules.validity.invisible_character import InvisibleCharacter
from rules.validity.lost_leading_zero import LostLeadingZero
from rules.validity.malformed_email import MalformedEmail
from rules.validity.misspelt_industry import MisspeltIndustry
from rules.validity.mojibake import Mojibake
from rules.validity.non_positive_amount import NonPositiveAmount
from rules.validity.padded_value import PaddedValue
from rules.validity.placeholder_value import PlaceholderValue
from rules.validity.reserved_email_domain import ReservedEmailDomain
from rules.validity.role_email import RoleEmail
from rules.validity.secret_in_text import SecretInText
from rules.validity.shouted_name import ShoutedName
from rules.validity.spreadsheet_damage import SpreadsheetDamage
from rules.validity.stray_punctuation_in_name import StrayPunctuationInName
from rules.validity.unfilled_template import UnfilledTemplate
from rules.validity.unknown_country import UnknownCountry
from rules.validity.unreadable_amount import UnreadableAmount
from rules.validity.unreadable_date import UnreadableDate
from rules.validity.unstandardised_phone import UnstandardisedPhone
from rules.validity.value_in_wrong_field import ValueInWrongField

RULES: tuple[Rule, ...] = (
    # duplicates
    DuplicateContact(),
    PersonInSeveralSources(),
    DuplicateAccount(),
    DuplicateDeal(),
    RepeatedId(),
    RepeatedRow(),
    SharedEmail(),
    # dead_email
    MalformedEmail(),
    MistypedEmailDomain(),
    DisposableEmail(),
    RoleEmail(),
    ReservedEmailDomain(),
    BouncedEmail(),
    StaleEmail(),
    MailedAfterOptOut(),
    # mistagged
    ValueInWrongField(),
    SwappedNameParts(),
    PlaceholderValue(),
    PicklistVariant(),
    MisspeltPicklistValue(),
    MisspeltIndustry(),
    UnlistedProduct(),
    CustomerWithoutPurchase(),
    CountryContradictsPhone(),
    InactiveOwner(),
    BlankLeadSource(),
    # double_submission
    DoubleClickSubmission(),
    ImpatientResubmission(),
    CorrectedResubmission(),
    ResubmissionByOtherAddress(),
    BotSubmission(),
    SubmissionWithoutLead(),
    # automation
    BulkOverwrite(),
    ValueFlipFlop(),
    OverwrittenByBlank(),
    BulkCloseDate(),
    SyncRetry(),
    # structure
    MissingName(),
    UnreachableContact(),
    DealWithoutAmount(),
    DealWithoutOwner(),
    LostWithoutReason(),
    DealWithoutCustomer(),
    OrphanDeal(),
    InvalidPhone(),
    UnstandardisedPhone(),
    UnreadableDate(),
    ImpossibleDate(),
    Mojibake(),
    InvisibleCharacter(),
    PaddedValue(),
    SpreadsheetDamage(),
    LostLeadingZero(),
    CutOffText(),
    UnreadableAmount(),
    NonPositiveAmount(),
    ShoutedName(),
    StrayPunctuationInName(),
    UnfilledTemplate(),
    UnstandardisedCountry(),
    UnknownCountry(),
    ClosedBeforeCreated(),
    ProbabilityContradictsStage(),
    UpdatedBeforeCreated(),
    ActiveBeforeCreated(),
    TicketOutOfOrder(),
    OverdueOpenDeal(),
    SilentOpenDeal(),
    # cross_source
    PaidButNotCustomer(),
    WonButNeverPaid(),
    RefundedButWon(),
    ConsentConflict(),
    TicketFromUnknownPerson(),
    PaymentFromUnknownCustomer(),
    # access
    DormantUser(),
    SharedLogin(),
    # sensitive
    CardNumberInText(),
    SecretInText(),
)
