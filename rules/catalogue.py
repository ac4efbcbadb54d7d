"""All shipped rules, in the order in which they run and are told."""

from audit.rule import Rule
from rules.accuracy.bot_submission import BotSubmission
from rules.accuracy.bounced_email import BouncedEmail
from rules.accuracy.bulk_overwrite import BulkOverwrite
from rules.accuracy.bulk_update import BulkUpdate
from rules.accuracy.idle_owner import IdleOwner
from rules.accuracy.lead_source_overwritten import LeadSourceOverwritten
from rules.accuracy.mistyped_email_domain import MistypedEmailDomain
from rules.accuracy.outlying_amount import OutlyingAmount
from rules.accuracy.overwritten_by_blank import OverwrittenByBlank
from rules.accuracy.shared_login import SharedLogin
from rules.accuracy.sync_retry import SyncRetry
from rules.accuracy.test_submission import TestSubmission
from rules.accuracy.too_many_admins import TooManyAdmins
from rules.accuracy.value_flip_flop import ValueFlipFlop
from rules.completeness.amount_without_currency import AmountWithoutCurrency
from rules.completeness.blank_lead_source import BlankLeadSource
from rules.completeness.closed_ticket_without_owner import ClosedTicketWithoutOwner
from rules.completeness.closed_without_close_date import ClosedWithoutCloseDate
from rules.completeness.deal_without_amount import DealWithoutAmount
from rules.completeness.deal_without_customer import DealWithoutCustomer
from rules.completeness.deal_without_owner import DealWithoutOwner
from rules.completeness.fill_below_floor import FillBelowFloor
from rules.completeness.lost_without_reason import LostWithoutReason
from rules.completeness.missing_name import MissingName
from rules.completeness.orphan_deal import OrphanDeal
from rules.completeness.reference_to_nothing import ReferenceToNothing
from rules.completeness.spend_without_campaign import SpendWithoutCampaign
from rules.completeness.submission_without_lead import SubmissionWithoutLead
from rules.completeness.unreachable_contact import UnreachableContact
from rules.completeness.unused_column import UnusedColumn
from rules.consistency.active_before_created import ActiveBeforeCreated
from rules.consistency.amount_differs_between_systems import AmountDiffersBetweenSystems
from rules.consistency.bulk_close_date import BulkCloseDate
from rules.consistency.closed_before_created import ClosedBeforeCreated
from rules.consistency.company_contradicts_mail_domain import CompanyContradictsMailDomain
from rules.consistency.consent_conflict import ConsentConflict
from rules.consistency.country_contradicts_phone import CountryContradictsPhone
from rules.consistency.customer_without_purchase import CustomerWithoutPurchase
from rules.consistency.full_name_contradicts_parts import FullNameContradictsParts
from rules.consistency.inactive_owner import InactiveOwner
from rules.consistency.mailed_after_opt_out import MailedAfterOptOut
from rules.consistency.misspelt_picklist_value import MisspeltPicklistValue
from rules.consistency.mixed_currency import MixedCurrency
from rules.consistency.paid_but_not_customer import PaidButNotCustomer
from rules.consistency.payment_from_unknown_customer import PaymentFromUnknownCustomer
from rules.consistency.picklist_variant import PicklistVariant
from rules.consistency.postcode_contradicts_country import PostcodeContradictsCountry
from rules.consistency.price_far_from_list import PriceFarFromList
from rules.consistency.probability_contradicts_stage import ProbabilityContradictsStage
from rules.consistency.refunded_but_won import RefundedButWon
from rules.consistency.stage_contradicts_status import StageContradictsStatus
from rules.consistency.state_contradicts_country import StateContradictsCountry
from rules.consistency.status_contradicts_lifecycle import StatusContradictsLifecycle
from rules.consistency.swapped_name_parts import SwappedNameParts
from rules.consistency.ticket_from_unknown_person import TicketFromUnknownPerson
from rules.consistency.ticket_out_of_order import TicketOutOfOrder
from rules.consistency.unlisted_product import UnlistedProduct
from rules.consistency.unstandardised_country import UnstandardisedCountry
from rules.consistency.updated_before_created import UpdatedBeforeCreated
from rules.consistency.won_but_never_paid import WonButNeverPaid
from rules.timeliness.dormant_user import DormantUser
from rules.timeliness.lead_never_contacted import LeadNeverContacted
from rules.timeliness.overdue_open_deal import OverdueOpenDeal
from rules.timeliness.silent_open_deal import SilentOpenDeal
from rules.timeliness.stale_email import StaleEmail
from rules.timeliness.stuck_in_stage import StuckInStage
from rules.timeliness.unanswered_ticket import UnansweredTicket
from rules.uniqueness.corrected_resubmission import CorrectedResubmission
from rules.uniqueness.double_click_submission import DoubleClickSubmission
from rules.uniqueness.duplicate_account import DuplicateAccount
from rules.uniqueness.duplicate_contact import DuplicateContact
from rules.uniqueness.duplicate_deal import DuplicateDeal
from rules.uniqueness.impatient_resubmission import ImpatientResubmission
from rules.uniqueness.lead_created_twice_by_forms import LeadCreatedTwiceByForms
from rules.uniqueness.person_in_several_sources import PersonInSeveralSources
from rules.uniqueness.repeated_column import RepeatedColumn
from rules.uniqueness.repeated_id import RepeatedId
from rules.uniqueness.repeated_row import RepeatedRow
from rules.uniqueness.resubmission_by_other_address import ResubmissionByOtherAddress
from rules.uniqueness.shared_email import SharedEmail
from rules.uniqueness.shared_phone import SharedPhone
from rules.validity.bank_account_in_text import BankAccountInText
from rules.validity.card_number_in_text import CardNumberInText
from rules.validity.choice_outside_list import ChoiceOutsideList
from rules.validity.city_and_state_mixed import CityAndStateMixed
from rules.validity.company_in_person_name import CompanyInPersonName
from rules.validity.constant_column import ConstantColumn
from rules.validity.cut_off_text import CutOffText
from rules.validity.decorated_email import DecoratedEmail
from rules.validity.disposable_email import DisposableEmail
from rules.validity.email_domain_without_mail_server import EmailDomainWithoutMailServer
from rules.validity.emoji_or_mixed_script import EmojiOrMixedScript
from rules.validity.free_mail_at_company import FreeMailAtCompany
from rules.validity.impossible_date import ImpossibleDate
from rules.validity.invalid_phone import InvalidPhone
from rules.validity.invisible_character import InvisibleCharacter
from rules.validity.joke_or_test_record import JokeOrTestRecord
from rules.validity.lost_leading_zero import LostLeadingZero
from rules.validity.malformed_email import MalformedEmail
from rules.validity.misspelt_industry import MisspeltIndustry
from rules.validity.mixed_type_column import MixedTypeColumn
from rules.validity.mojibake import Mojibake
from rules.validity.national_id_in_text import NationalIdInText
from rules.validity.non_positive_amount import NonPositiveAmount
from rules.validity.padded_value import PaddedValue
from rules.validity.person_in_company_name import PersonInCompanyName
from rules.validity.phone_with_extension import PhoneWithExtension
from rules.validity.placeholder_column import PlaceholderColumn
from rules.validity.placeholder_value import PlaceholderValue
from rules.validity.reserved_email_domain import ReservedEmailDomain
from rules.validity.role_email import RoleEmail
from rules.validity.secret_in_text import SecretInText
from rules.validity.several_email_addresses import SeveralEmailAddresses
from rules.validity.several_phones_in_one_field import SeveralPhonesInOneField
from rules.validity.shifted_columns import ShiftedColumns
from rules.validity.shouted_name import ShoutedName
from rules.validity.spreadsheet_damage import SpreadsheetDamage
from rules.validity.stray_punctuation_in_name import StrayPunctuationInName
from rules.validity.title_in_name import TitleInName
from rules.validity.unfilled_template import UnfilledTemplate
from rules.validity.unknown_country import UnknownCountry
from rules.validity.unreadable_amount import UnreadableAmount
from rules.validity.unreadable_date import UnreadableDate
from rules.validity.unstandardised_phone import UnstandardisedPhone
from rules.validity.value_in_wrong_field import ValueInWrongField
from rules.validity.whole_name_in_one_part import WholeNameInOnePart
from rules.validity.wrong_line_type import WrongLineType

RULES: tuple[Rule, ...] = (
    # duplicates
    DuplicateContact(),
    PersonInSeveralSources(),
    DuplicateAccount(),
    DuplicateDeal(),
    RepeatedId(),
    RepeatedRow(),
    SharedEmail(),
    SharedPhone(),
    # dead_email
    MalformedEmail(),
    SeveralEmailAddresses(),
    DecoratedEmail(),
    MistypedEmailDomain(),
    DisposableEmail(),
    RoleEmail(),
    ReservedEmailDomain(),
    FreeMailAtCompany(),
    EmailDomainWithoutMailServer(),
    BouncedEmail(),
    StaleEmail(),
    MailedAfterOptOut(),
    # mistagged
    ValueInWrongField(),
    SwappedNameParts(),
    WholeNameInOnePart(),
    CompanyInPersonName(),
    PersonInCompanyName(),
    PlaceholderValue(),
    JokeOrTestRecord(),
    PicklistVariant(),
    MisspeltPicklistValue(),
    MisspeltIndustry(),
    UnlistedProduct(),
    CustomerWithoutPurchase(),
    CountryContradictsPhone(),
    StateContradictsCountry(),
    PostcodeContradictsCountry(),
    CityAndStateMixed(),
    WrongLineType(),
    InactiveOwner(),
    BlankLeadSource(),
    CompanyContradictsMailDomain(),
    FullNameContradictsParts(),
    StageContradictsStatus(),
    StatusContradictsLifecycle(),
    ChoiceOutsideList(),
    ShiftedColumns(),
    # double_submission
    DoubleClickSubmission(),
    ImpatientResubmission(),
    CorrectedResubmission(),
    ResubmissionByOtherAddress(),
    BotSubmission(),
    SubmissionWithoutLead(),
    TestSubmission(),
    LeadCreatedTwiceByForms(),
    # automation
    BulkOverwrite(),
    ValueFlipFlop(),
    OverwrittenByBlank(),
    BulkCloseDate(),
    SyncRetry(),
    BulkUpdate(),
    LeadSourceOverwritten(),
    # structure
    MissingName(),
    UnreachableContact(),
    DealWithoutAmount(),
    DealWithoutOwner(),
    LostWithoutReason(),
    DealWithoutCustomer(),
    OrphanDeal(),
    InvalidPhone(),
    SeveralPhonesInOneField(),
    PhoneWithExtension(),
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
    TitleInName(),
    EmojiOrMixedScript(),
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
    FillBelowFloor(),
    UnusedColumn(),
    ConstantColumn(),
    MixedTypeColumn(),
    PlaceholderColumn(),
    RepeatedColumn(),
    OutlyingAmount(),
    AmountWithoutCurrency(),
    ClosedTicketWithoutOwner(),
    ClosedWithoutCloseDate(),
    ReferenceToNothing(),
    SpendWithoutCampaign(),
    MixedCurrency(),
    PriceFarFromList(),
    StuckInStage(),
    UnansweredTicket(),
    LeadNeverContacted(),
    # cross_source
    PaidButNotCustomer(),
    WonButNeverPaid(),
    RefundedButWon(),
    ConsentConflict(),
    TicketFromUnknownPerson(),
    PaymentFromUnknownCustomer(),
    AmountDiffersBetweenSystems(),
    # access
    DormantUser(),
    SharedLogin(),
    TooManyAdmins(),
    IdleOwner(),
    # sensitive
    CardNumberInText(),
    BankAccountInText(),
    NationalIdInText(),
    SecretInText(),
)
