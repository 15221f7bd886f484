"""The types of events. Made by scripts/generate-kits from the catalogue. Receivers pass over members that they do not know."""

from typing import Any, Dict, List, Literal, TypedDict, Union


class Assignee(TypedDict, total=False):
    user_id: Any
    name: Union[str, None]
    email: Union[str, None]


class Author(TypedDict, total=False):
    name: Union[str, None]
    email: Union[str, None]


ClaimStatus = Literal['pending', 'accepted', 'rejected', 'closed']


class SelectedItem(TypedDict, total=False):
    sku: Union[str, None]
    title: Union[str, None]
    quantity: int
    net_price: Union[float, None]
    image_urls: List[str]


class Damage(TypedDict, total=False):
    id: str
    damage_type: str
    description: Union[str, None]


class Customer(TypedDict, total=False):
    external_id: Union[str, None]
    email: Union[str, None]
    first_name: Union[str, None]
    last_name: Union[str, None]


Timestamp = str


class Claim(TypedDict, total=False):
    id: str
    number: int
    title: Union[str, None]
    type: Union[str, None]
    reason: Union[str, None]
    resolution_preference: Union[str, None]
    status: ClaimStatus
    description: Union[str, None]
    selected_items: List[SelectedItem]
    image_urls: List[str]
    optional_image_urls: List[str]
    customer_signature_image_url: Union[str, None]
    labels: List[str]
    assignee: Union[Assignee, None]
    damages: List[Damage]
    customer: Union[Customer, None]
    order_number: Union[str, None]
    shipment_id: Union[str, None]
    custom: Dict[str, Any]
    created_at: Timestamp
    updated_at: Timestamp
    closed_at: Union[Timestamp, None]


class ClaimableClaimClaimant(TypedDict, total=False):
    first_name: Union[str, None]
    last_name: Union[str, None]
    email: Union[str, None]


class ClaimableClaimSelectedItemsItem(TypedDict, total=False):
    sku: Union[str, None]
    title: Union[str, None]
    quantity: Union[float, None]
    net_price: Union[float, None]
    image_urls: Union[List[Union[str, None]], None]


class ClaimableClaim(TypedDict, total=False):
    id: Union[float, None]
    title: Union[str, None]
    type: Union[str, None]
    incident_type: Union[str, None]
    status: Union[str, None]
    labels: Union[List[Union[str, None]], None]
    claimant: ClaimableClaimClaimant
    assigned_to: Any
    incident_description: Union[str, None]
    external_claim_ref: Union[str, None]
    estimated_claim_cost: Union[float, None]
    reported_at: Union[str, None]
    opened_at: Union[str, None]
    closed_at: Any
    selected_items: Union[List[ClaimableClaimSelectedItemsItem], None]
    updated_at: Union[str, None]
    resolution_preference: Union[str, None]
    order_number: Union[str, None]
    shipment_id: Union[str, None]
    image_urls: Union[List[Union[str, None]], None]
    optional_image_urls: Union[List[Any], None]
    customer_signature_image_url: Union[str, None]
    damages: Union[List[Any], None]
    custom: Dict[str, Any]


class ClaimableContactAddress(TypedDict, total=False):
    city: Union[str, None]
    country_code: Union[str, None]


class ClaimableContact(TypedDict, total=False):
    id: Union[float, None]
    contact_id: Union[str, None]
    is_business: Union[bool, None]
    first_name: Union[str, None]
    last_name: Union[str, None]
    business_name: Any
    title: Union[str, None]
    email: Union[str, None]
    mobile_phone: Union[str, None]
    home_phone: Any
    work_phone: Any
    preferred_contact_method: Union[str, None]
    address: ClaimableContactAddress
    custom: Dict[str, Any]
    created_at: Union[str, None]
    updated_at: Union[str, None]


class ClaimableDamage(TypedDict, total=False):
    id: Union[str, None]
    damage_type: Union[str, None]
    description: Union[str, None]


class ClaimablePerformedBy(TypedDict, total=False):
    user_id: Union[float, None]
    name: Union[str, None]


class ClaimportClaim(TypedDict, total=False):
    id: Union[str, None]
    claim_id: Union[str, None]
    number: Union[float, None]
    title: Union[str, None]
    type: Union[str, None]
    reason: Union[str, None]
    resolution_preference: Union[str, None]
    status: Union[str, None]
    description: Union[str, None]
    selected_items: Union[List[ClaimableClaimSelectedItemsItem], None]
    image_urls: Union[List[Union[str, None]], None]
    optional_image_urls: Union[List[Any], None]
    customer_signature_image_url: Union[str, None]
    labels: Union[List[Union[str, None]], None]
    assignee: Any
    damages: Union[List[Any], None]
    customer: Customer
    order_number: Union[str, None]
    shipment_id: Union[str, None]
    custom: Dict[str, Any]
    created_at: Union[str, None]
    updated_at: Union[str, None]
    closed_at: Any


class ClaimportMessage(TypedDict, total=False):
    id: Union[str, None]
    direction: Union[str, None]
    body: Union[str, None]
    author: Author
    created_at: Union[str, None]


class ClaimportOrderAddress(TypedDict, total=False):
    name: Union[str, None]
    street: Union[str, None]
    zip_code: Union[str, None]
    city: Union[str, None]
    country_code: Union[str, None]


class ClaimportOrderProductsItemImagesItem(TypedDict, total=False):
    src: Union[str, None]
    alt: Union[str, None]


class ClaimportOrderProductsItem(TypedDict, total=False):
    product_id: Union[str, None]
    variant_id: Any
    sku: Union[str, None]
    title: Union[str, None]
    quantity: Union[float, None]
    price: Union[float, None]
    images: Union[List[ClaimportOrderProductsItemImagesItem], None]


class ClaimportOrder(TypedDict, total=False):
    order_number: Union[str, None]
    external_id: Union[str, None]
    order_name: Union[str, None]
    order_placed_at: Union[str, None]
    total_order_price: Union[float, None]
    sub_total_price: Union[float, None]
    shipping_price: Union[float, None]
    discount_price: Union[float, None]
    currency: Union[str, None]
    customer: Customer
    address: ClaimportOrderAddress
    products: Union[List[ClaimportOrderProductsItem], None]
    discounts: Union[List[Any], None]
    segments: Union[List[Union[str, None]], None]
    custom: Dict[str, Any]
    created_at: Union[str, None]
    updated_at: Union[str, None]


class CloudeventsClaim(TypedDict, total=False):
    id: Union[str, None]
    number: Union[float, None]
    title: Union[str, None]
    type: Union[str, None]
    reason: Union[str, None]
    resolution_preference: Union[str, None]
    status: Union[str, None]
    description: Union[str, None]
    selected_items: Union[List[ClaimableClaimSelectedItemsItem], None]
    image_urls: Union[List[Union[str, None]], None]
    optional_image_urls: Union[List[Any], None]
    customer_signature_image_url: Union[str, None]
    labels: Union[List[Union[str, None]], None]
    assignee: Any
    damages: Union[List[Any], None]
    customer: Customer
    order_number: Union[str, None]
    shipment_id: Union[str, None]
    custom: Dict[str, Any]
    created_at: Union[str, None]
    updated_at: Union[str, None]
    closed_at: Any
    label: Union[str, None]


class CloudeventsShipment(TypedDict, total=False):
    event_id: Union[str, None]
    shipment_id: Union[str, None]
    event_name: Union[str, None]
    event_group: Union[str, None]
    phase: Union[str, None]
    direction: Union[str, None]
    carrier_reference: Union[str, None]
    tracking_number: Union[str, None]
    tracking_url: Union[str, None]
    location: Union[str, None]
    event_time: Union[str, None]
    updated_at: Union[str, None]


class CloudeventsWebhook(TypedDict, total=False):
    webhook_uuid: Union[str, None]
    url: Union[str, None]
    reason: Union[str, None]
    at: Union[str, None]


class Contact(TypedDict, total=False):
    id: str
    number: int
    is_business: bool
    first_name: Union[str, None]
    last_name: Union[str, None]
    business_name: Union[str, None]
    title: Union[str, None]
    email: Union[str, None]
    mobile_phone: Union[str, None]
    home_phone: Union[str, None]
    work_phone: Union[str, None]
    preferred_contact_method: Union[str, None]
    address: Union[Dict[str, Any], None]
    custom: Dict[str, Any]
    created_at: Timestamp
    updated_at: Timestamp


class ProductImage(TypedDict, total=False):
    src: str
    alt: Union[str, None]


class Product(TypedDict, total=False):
    product_id: Union[str, None]
    variant_id: Union[str, None]
    sku: Union[str, None]
    title: Union[str, None]
    quantity: Union[int, None]
    price: Union[float, None]
    images: List[ProductImage]


class Order(TypedDict, total=False):
    order_number: str
    external_id: Union[str, None]
    order_name: Union[str, None]
    order_placed_at: Union[Timestamp, None]
    total_order_price: Union[float, None]
    sub_total_price: Union[float, None]
    shipping_price: Union[float, None]
    discount_price: Union[float, None]
    currency: Union[str, None]
    customer: Union[Customer, None]
    address: Union[Dict[str, Any], None]
    products: List[Product]
    discounts: List[Dict[str, Any]]
    segments: List[str]
    custom: Dict[str, Any]
    created_at: Timestamp
    updated_at: Timestamp


Direction = Literal['merchant_customer', 'customer_merchant']


ShipmentState = Literal['draft', 'fulfilled']


class ShipmentEvent(TypedDict, total=False):
    external_id: str
    event_name: str
    event_time: Timestamp
    phase: str
    event_group: Union[str, None]
    location: Union[str, None]
    created_at: Timestamp


class Shipment(TypedDict, total=False):
    id: str
    order_number: Union[str, None]
    direction: Direction
    carrier_reference: Union[str, None]
    tracking_number: Union[str, None]
    tracking_url: Union[str, None]
    estimated_arrival: Union[Timestamp, None]
    custom: Dict[str, Any]
    phase: Union[str, None]
    state: ShipmentState
    events: List[ShipmentEvent]
    created_at: Timestamp
    updated_at: Timestamp


class ContextCounts(TypedDict, total=False):
    shipments: int
    claims: int


class Context(TypedDict, total=False):
    order: Union[Order, None]
    customer: Union[Customer, None]
    shipments: List[Shipment]
    claims: List[Claim]
    truncated: bool
    counts: Union[ContextCounts, None]


class KarlaContextShipmentsItemEventsItem(TypedDict, total=False):
    external_id: Union[str, None]
    event_name: Union[str, None]
    event_time: Union[str, None]
    phase: Union[str, None]
    event_group: Union[str, None]
    location: Union[str, None]
    created_at: Union[str, None]


class KarlaContextShipmentsItem(TypedDict, total=False):
    id: Union[str, None]
    order_number: Union[str, None]
    direction: Union[str, None]
    carrier_reference: Union[str, None]
    tracking_number: Union[str, None]
    tracking_url: Union[str, None]
    estimated_arrival: Union[str, None]
    custom: Dict[str, Any]
    phase: Union[str, None]
    state: Union[str, None]
    events: Union[List[KarlaContextShipmentsItemEventsItem], None]
    created_at: Union[str, None]
    updated_at: Union[str, None]


class KarlaContextClaimsItem(TypedDict, total=False):
    id: Union[str, None]
    number: Union[float, None]
    title: Union[str, None]
    type: Union[str, None]
    reason: Union[str, None]
    resolution_preference: Union[str, None]
    status: Union[str, None]
    description: Union[str, None]
    selected_items: Union[List[ClaimableClaimSelectedItemsItem], None]
    image_urls: Union[List[Union[str, None]], None]
    optional_image_urls: Union[List[Any], None]
    customer_signature_image_url: Union[str, None]
    labels: Union[List[Union[str, None]], None]
    assignee: Any
    damages: Union[List[Any], None]
    customer: Customer
    order_number: Union[str, None]
    shipment_id: Union[str, None]
    custom: Dict[str, Any]
    created_at: Union[str, None]
    updated_at: Union[str, None]
    closed_at: Any


class KarlaContext(TypedDict, total=False):
    order: ClaimportOrder
    customer: Customer
    shipments: Union[List[KarlaContextShipmentsItem], None]
    claims: Union[List[KarlaContextClaimsItem], None]


MessageDirection = Literal['inbound', 'outbound']


class Message(TypedDict, total=False):
    id: str
    direction: MessageDirection
    body: str
    author: Union[Author, None]
    created_at: Timestamp


Source = Literal['ui', 'api']


class PerformedBy(TypedDict, total=False):
    source: Source
    user_id: Any
    name: Union[str, None]


class StandardClaim(TypedDict, total=False):
    id: Union[str, None]
    number: Union[float, None]
    title: Union[str, None]
    type: Union[str, None]
    reason: Union[str, None]
    resolution_preference: Union[str, None]
    status: Union[str, None]
    description: Union[str, None]
    selected_items: Union[List[ClaimableClaimSelectedItemsItem], None]
    image_urls: Union[List[Union[str, None]], None]
    optional_image_urls: Union[List[Any], None]
    customer_signature_image_url: Union[str, None]
    labels: Union[List[Union[str, None]], None]
    assignee: Any
    damages: Union[List[Any], None]
    customer: Customer
    order_number: Union[str, None]
    shipment_id: Union[str, None]
    custom: Dict[str, Any]
    created_at: Union[str, None]
    updated_at: Union[str, None]
    closed_at: Any
    label: Union[str, None]


class StandardShipment(TypedDict, total=False):
    event_id: Union[str, None]
    shipment_id: Union[str, None]
    event_name: Union[str, None]
    event_group: Union[str, None]
    phase: Union[str, None]
    direction: Union[str, None]
    carrier_reference: Union[str, None]
    tracking_number: Union[str, None]
    tracking_url: Union[str, None]
    location: Union[str, None]
    event_time: Union[str, None]
    updated_at: Union[str, None]


class StandardWebhook(TypedDict, total=False):
    webhook_uuid: Union[str, None]
    url: Union[str, None]
    reason: Union[str, None]
    at: Union[str, None]


class KarlaClaimsCreatedEventData(TypedDict, total=False):
    claim_id: Union[str, None]
    event_name: Union[str, None]
    event_group: Union[str, None]
    created_at: Union[str, None]
    updated_at: Union[str, None]
    reason: Union[str, None]
    resolution_preference: Union[str, None]
    status: Union[str, None]
    description: Union[str, None]
    customer_signature_image_url: Union[str, None]
    selected_items: Union[List[ClaimableClaimSelectedItemsItem], None]
    image_urls: Union[List[Union[str, None]], None]
    optional_image_urls: Union[List[Any], None]


class KarlaClaimsCreated(TypedDict, total=False):
    """A claim was made, by the customer or on their behalf."""

    source: Union[str, None]
    ref: Literal['claims/created']
    version: Union[float, None]
    triggered_at: Union[str, None]
    event_group: Union[str, None]
    event_data: KarlaClaimsCreatedEventData
    context: KarlaContext
    shop_slug: Union[str, None]
    shop_id: Union[str, None]


class KarlaClaimsUpdated(TypedDict, total=False):
    """The status, a detail or the evidence of a claim changed; once per change."""

    source: Union[str, None]
    ref: Literal['claims/updated']
    version: Union[float, None]
    triggered_at: Union[str, None]
    event_group: Union[str, None]
    event_data: KarlaClaimsCreatedEventData
    context: KarlaContext
    shop_slug: Union[str, None]
    shop_id: Union[str, None]


class KarlaShipmentsEventData(TypedDict, total=False):
    event_id: Union[str, None]
    shipment_id: Union[str, None]
    event_name: Union[str, None]
    event_group: Union[str, None]
    phase: Union[str, None]
    direction: Union[str, None]
    carrier_reference: Union[str, None]
    tracking_number: Union[str, None]
    tracking_url: Union[str, None]
    updated_at: Union[str, None]


class KarlaShipmentsContext(TypedDict, total=False):
    order: ClaimportOrder
    customer: Customer
    shipments: Union[List[KarlaContextShipmentsItem], None]
    claims: Union[List[Any], None]


class KarlaShipments(TypedDict, total=False):
    """What a carrier says of a parcel; `GET /v1/event-types` lists the names."""

    source: Union[str, None]
    ref: str
    version: Union[float, None]
    triggered_at: Union[str, None]
    event_group: Union[str, None]
    event_data: KarlaShipmentsEventData
    context: KarlaShipmentsContext
    shop_slug: Union[str, None]
    shop_id: Union[str, None]


class ClaimportClaimsCreatedData(TypedDict, total=False):
    claim: ClaimportClaim


class ClaimportClaimsCreated(TypedDict, total=False):
    """A claim was made, by the customer or on their behalf."""

    id: Union[str, None]
    type: Literal['claim.created']
    timestamp: Union[str, None]
    data: ClaimportClaimsCreatedData


class ClaimportClaimsDetailsChanged(TypedDict, total=False):
    """Something other than status, assignee or labels changed."""

    id: Union[str, None]
    type: Literal['claim.updated']
    timestamp: Union[str, None]
    data: ClaimportClaimsCreatedData


class ClaimportClaimsStatusChanged(TypedDict, total=False):
    """The status of a claim changed."""

    id: Union[str, None]
    type: Literal['claim.status_changed']
    timestamp: Union[str, None]
    data: ClaimportClaimsCreatedData


class ClaimportClaimsApproved(TypedDict, total=False):
    """A claim was accepted."""

    id: Union[str, None]
    type: Literal['claim.approved']
    timestamp: Union[str, None]
    data: ClaimportClaimsCreatedData


class ClaimportClaimsDenied(TypedDict, total=False):
    """A claim was rejected."""

    id: Union[str, None]
    type: Literal['claim.denied']
    timestamp: Union[str, None]
    data: ClaimportClaimsCreatedData


class ClaimportClaimsClosedDataClaim(TypedDict, total=False):
    id: Union[str, None]
    claim_id: Union[str, None]
    number: Union[float, None]
    title: Union[str, None]
    type: Union[str, None]
    reason: Union[str, None]
    resolution_preference: Union[str, None]
    status: Union[str, None]
    description: Union[str, None]
    selected_items: Union[List[ClaimableClaimSelectedItemsItem], None]
    image_urls: Union[List[Union[str, None]], None]
    optional_image_urls: Union[List[Any], None]
    customer_signature_image_url: Union[str, None]
    labels: Union[List[Union[str, None]], None]
    assignee: Any
    damages: Union[List[Any], None]
    customer: Customer
    order_number: Union[str, None]
    shipment_id: Union[str, None]
    custom: Dict[str, Any]
    created_at: Union[str, None]
    updated_at: Union[str, None]
    closed_at: Union[str, None]


class ClaimportClaimsClosedData(TypedDict, total=False):
    claim: ClaimportClaimsClosedDataClaim


class ClaimportClaimsClosed(TypedDict, total=False):
    """A claim was closed."""

    id: Union[str, None]
    type: Literal['claim.closed']
    timestamp: Union[str, None]
    data: ClaimportClaimsClosedData


class ClaimportClaimsAssignedDataClaimAssignee(TypedDict, total=False):
    user_id: Union[float, None]
    name: Union[str, None]
    email: Union[str, None]


class ClaimportClaimsAssignedDataClaim(TypedDict, total=False):
    id: Union[str, None]
    claim_id: Union[str, None]
    number: Union[float, None]
    title: Union[str, None]
    type: Union[str, None]
    reason: Union[str, None]
    resolution_preference: Union[str, None]
    status: Union[str, None]
    description: Union[str, None]
    selected_items: Union[List[ClaimableClaimSelectedItemsItem], None]
    image_urls: Union[List[Union[str, None]], None]
    optional_image_urls: Union[List[Any], None]
    customer_signature_image_url: Union[str, None]
    labels: Union[List[Union[str, None]], None]
    assignee: ClaimportClaimsAssignedDataClaimAssignee
    damages: Union[List[Any], None]
    customer: Customer
    order_number: Union[str, None]
    shipment_id: Union[str, None]
    custom: Dict[str, Any]
    created_at: Union[str, None]
    updated_at: Union[str, None]
    closed_at: Any


class ClaimportClaimsAssignedData(TypedDict, total=False):
    claim: ClaimportClaimsAssignedDataClaim


class ClaimportClaimsAssigned(TypedDict, total=False):
    """Someone works on the claim now, for the first time or instead of another."""

    id: Union[str, None]
    type: Literal['claim.assigned']
    timestamp: Union[str, None]
    data: ClaimportClaimsAssignedData


class ClaimportMessagesReceivedData(TypedDict, total=False):
    message: ClaimportMessage
    claim: ClaimportClaim


class ClaimportMessagesReceived(TypedDict, total=False):
    """The customer wrote on a claim."""

    id: Union[str, None]
    type: Literal['message.received']
    timestamp: Union[str, None]
    data: ClaimportMessagesReceivedData


class ClaimportMessagesSent(TypedDict, total=False):
    """The customer was written to on a claim."""

    id: Union[str, None]
    type: Literal['message.sent']
    timestamp: Union[str, None]
    data: ClaimportMessagesReceivedData


class ClaimportOrdersSyncedData(TypedDict, total=False):
    order: ClaimportOrder


class ClaimportOrdersSynced(TypedDict, total=False):
    """An order was imported or updated."""

    id: Union[str, None]
    type: Literal['order.synced']
    timestamp: Union[str, None]
    data: ClaimportOrdersSyncedData


class ClaimableClaimsCreated(TypedDict, total=False):
    """A claim was made, by the customer or on their behalf."""

    claim: ClaimableClaim
    event_name: Literal['claim.created']
    source: Union[str, None]
    performed_by: ClaimablePerformedBy


class ClaimableClaimsClosedClaim(TypedDict, total=False):
    id: Union[float, None]
    title: Union[str, None]
    type: Union[str, None]
    incident_type: Union[str, None]
    status: Union[str, None]
    labels: Union[List[Union[str, None]], None]
    claimant: ClaimableClaimClaimant
    assigned_to: Any
    incident_description: Union[str, None]
    external_claim_ref: Union[str, None]
    estimated_claim_cost: Union[float, None]
    reported_at: Union[str, None]
    opened_at: Union[str, None]
    closed_at: Union[str, None]
    selected_items: Union[List[ClaimableClaimSelectedItemsItem], None]
    updated_at: Union[str, None]
    resolution_preference: Union[str, None]
    order_number: Union[str, None]
    shipment_id: Union[str, None]
    image_urls: Union[List[Union[str, None]], None]
    optional_image_urls: Union[List[Any], None]
    customer_signature_image_url: Union[str, None]
    damages: Union[List[Any], None]
    custom: Dict[str, Any]


class ClaimableClaimsClosed(TypedDict, total=False):
    """A claim was closed."""

    claim: ClaimableClaimsClosedClaim
    event_name: Literal['claim.closed']
    source: Union[str, None]
    performed_by: ClaimablePerformedBy


class ClaimableClaimsReopened(TypedDict, total=False):
    """A closed claim is open again."""

    claim: ClaimableClaim
    event_name: Literal['claim.reopened']
    source: Union[str, None]
    performed_by: ClaimablePerformedBy


class ClaimableClaimsAssignedClaimAssignedTo(TypedDict, total=False):
    id: Union[float, None]
    name: Union[str, None]
    email: Union[str, None]


class ClaimableClaimsAssignedClaim(TypedDict, total=False):
    id: Union[float, None]
    title: Union[str, None]
    type: Union[str, None]
    incident_type: Union[str, None]
    status: Union[str, None]
    labels: Union[List[Union[str, None]], None]
    claimant: ClaimableClaimClaimant
    assigned_to: ClaimableClaimsAssignedClaimAssignedTo
    incident_description: Union[str, None]
    external_claim_ref: Union[str, None]
    estimated_claim_cost: Union[float, None]
    reported_at: Union[str, None]
    opened_at: Union[str, None]
    closed_at: Any
    selected_items: Union[List[ClaimableClaimSelectedItemsItem], None]
    updated_at: Union[str, None]
    resolution_preference: Union[str, None]
    order_number: Union[str, None]
    shipment_id: Union[str, None]
    image_urls: Union[List[Union[str, None]], None]
    optional_image_urls: Union[List[Any], None]
    customer_signature_image_url: Union[str, None]
    damages: Union[List[Any], None]
    custom: Dict[str, Any]


class ClaimableClaimsAssigned(TypedDict, total=False):
    """Someone works on the claim now, for the first time or instead of another."""

    claim: ClaimableClaimsAssignedClaim
    event_name: Literal['claim.assigned']
    source: Union[str, None]
    performed_by: ClaimablePerformedBy


class ClaimableClaimsUnassigned(TypedDict, total=False):
    """Nobody works on the claim any more."""

    claim: ClaimableClaim
    event_name: Literal['claim.unassigned']
    source: Union[str, None]
    performed_by: ClaimablePerformedBy


class ClaimableClaimsLabelAdded(TypedDict, total=False):
    """A label was put on a claim; once per label."""

    claim: ClaimableClaim
    label: Union[str, None]
    event_name: Literal['claim.label_added']
    source: Union[str, None]
    performed_by: ClaimablePerformedBy


class ClaimableClaimsLabelRemoved(TypedDict, total=False):
    """A label was taken off a claim; once per label."""

    claim: ClaimableClaim
    label: Union[str, None]
    event_name: Literal['claim.label_removed']
    source: Union[str, None]
    performed_by: ClaimablePerformedBy


class ClaimableClaimsSwitchedType(TypedDict, total=False):
    """The type of a claim changed."""

    claim: ClaimableClaim
    event_name: Literal['claim.switched_type']
    source: Union[str, None]
    performed_by: ClaimablePerformedBy


class ClaimableClaimsDamageCreatedClaim(TypedDict, total=False):
    id: Union[float, None]
    title: Union[str, None]
    type: Union[str, None]
    incident_type: Union[str, None]
    status: Union[str, None]
    labels: Union[List[Union[str, None]], None]
    claimant: ClaimableClaimClaimant
    assigned_to: Any
    incident_description: Union[str, None]
    external_claim_ref: Union[str, None]
    estimated_claim_cost: Union[float, None]
    reported_at: Union[str, None]
    opened_at: Union[str, None]
    closed_at: Any
    selected_items: Union[List[ClaimableClaimSelectedItemsItem], None]
    updated_at: Union[str, None]
    resolution_preference: Union[str, None]
    order_number: Union[str, None]
    shipment_id: Union[str, None]
    image_urls: Union[List[Union[str, None]], None]
    optional_image_urls: Union[List[Any], None]
    customer_signature_image_url: Union[str, None]
    damages: Union[List[ClaimableDamage], None]
    custom: Dict[str, Any]


class ClaimableClaimsDamageCreated(TypedDict, total=False):
    """A damage was added to a claim; once per damage."""

    claim: ClaimableClaimsDamageCreatedClaim
    damage: ClaimableDamage
    event_name: Literal['claim.damage.created']
    source: Union[str, None]
    performed_by: ClaimablePerformedBy


class ClaimableClaimsDamageDeleted(TypedDict, total=False):
    """A damage was removed from a claim; once per damage."""

    claim: ClaimableClaim
    damage: ClaimableDamage
    event_name: Literal['claim.damage.deleted']
    source: Union[str, None]
    performed_by: ClaimablePerformedBy


class ClaimableClaimsDeleted(TypedDict, total=False):
    """A claim was deleted; the data is its last snapshot."""

    claim: ClaimableClaim
    event_name: Literal['claim.deleted']
    source: Union[str, None]
    performed_by: ClaimablePerformedBy


class ClaimableContactsCreated(TypedDict, total=False):
    """A contact was made."""

    contact: ClaimableContact
    event_name: Literal['contact.created']
    source: Union[str, None]
    performed_by: ClaimablePerformedBy


class StandardClaimsCreatedData(TypedDict, total=False):
    claim: Claim
    changes: Union[Dict[str, Any], None]
    context: Context
    performed_by: PerformedBy


class StandardClaimsCreated(TypedDict, total=False):
    """A claim was made, by the customer or on their behalf."""

    type: Literal['claim.created']
    timestamp: Union[str, None]
    data: StandardClaimsCreatedData


class StandardClaimsUpdated(TypedDict, total=False):
    """The status, a detail or the evidence of a claim changed; once per change."""

    type: Literal['claim.updated']
    timestamp: Union[str, None]
    data: StandardClaimsCreatedData


class StandardClaimsDetailsChanged(TypedDict, total=False):
    """Something other than status, assignee or labels changed."""

    type: Literal['claim.details_changed']
    timestamp: Union[str, None]
    data: StandardClaimsCreatedData


class StandardClaimsStatusChanged(TypedDict, total=False):
    """The status of a claim changed."""

    type: Literal['claim.status_changed']
    timestamp: Union[str, None]
    data: StandardClaimsCreatedData


class StandardClaimsApproved(TypedDict, total=False):
    """A claim was accepted."""

    type: Literal['claim.approved']
    timestamp: Union[str, None]
    data: StandardClaimsCreatedData


class StandardClaimsDenied(TypedDict, total=False):
    """A claim was rejected."""

    type: Literal['claim.denied']
    timestamp: Union[str, None]
    data: StandardClaimsCreatedData


class StandardClaimsClosed(TypedDict, total=False):
    """A claim was closed."""

    type: Literal['claim.closed']
    timestamp: Union[str, None]
    data: StandardClaimsCreatedData


class StandardClaimsReopened(TypedDict, total=False):
    """A closed claim is open again."""

    type: Literal['claim.reopened']
    timestamp: Union[str, None]
    data: StandardClaimsCreatedData


class StandardClaimsAssigned(TypedDict, total=False):
    """Someone works on the claim now, for the first time or instead of another."""

    type: Literal['claim.assigned']
    timestamp: Union[str, None]
    data: StandardClaimsCreatedData


class StandardClaimsUnassigned(TypedDict, total=False):
    """Nobody works on the claim any more."""

    type: Literal['claim.unassigned']
    timestamp: Union[str, None]
    data: StandardClaimsCreatedData


class StandardClaimsLabelAddedData(TypedDict, total=False):
    claim: StandardClaim
    changes: Union[Dict[str, Any], None]
    context: Context
    performed_by: PerformedBy


class StandardClaimsLabelAdded(TypedDict, total=False):
    """A label was put on a claim; once per label."""

    type: Literal['claim.label_added']
    timestamp: Union[str, None]
    data: StandardClaimsLabelAddedData


class StandardClaimsLabelRemoved(TypedDict, total=False):
    """A label was taken off a claim; once per label."""

    type: Literal['claim.label_removed']
    timestamp: Union[str, None]
    data: StandardClaimsLabelAddedData


class StandardClaimsSwitchedType(TypedDict, total=False):
    """The type of a claim changed."""

    type: Literal['claim.switched_type']
    timestamp: Union[str, None]
    data: StandardClaimsCreatedData


class StandardClaimsDamageCreatedDataClaim(TypedDict, total=False):
    id: Union[str, None]
    number: Union[float, None]
    title: Union[str, None]
    type: Union[str, None]
    reason: Union[str, None]
    resolution_preference: Union[str, None]
    status: Union[str, None]
    description: Union[str, None]
    selected_items: Union[List[ClaimableClaimSelectedItemsItem], None]
    image_urls: Union[List[Union[str, None]], None]
    optional_image_urls: Union[List[Any], None]
    customer_signature_image_url: Union[str, None]
    labels: Union[List[Union[str, None]], None]
    assignee: Any
    damages: Union[List[ClaimableDamage], None]
    customer: Customer
    order_number: Union[str, None]
    shipment_id: Union[str, None]
    custom: Dict[str, Any]
    created_at: Union[str, None]
    updated_at: Union[str, None]
    closed_at: Any
    damage: ClaimableDamage


class StandardClaimsDamageCreatedData(TypedDict, total=False):
    claim: StandardClaimsDamageCreatedDataClaim
    changes: Union[Dict[str, Any], None]
    context: Context
    performed_by: PerformedBy


class StandardClaimsDamageCreated(TypedDict, total=False):
    """A damage was added to a claim; once per damage."""

    type: Literal['claim.damage_created']
    timestamp: Union[str, None]
    data: StandardClaimsDamageCreatedData


class StandardClaimsDamageDeletedDataClaim(TypedDict, total=False):
    id: Union[str, None]
    number: Union[float, None]
    title: Union[str, None]
    type: Union[str, None]
    reason: Union[str, None]
    resolution_preference: Union[str, None]
    status: Union[str, None]
    description: Union[str, None]
    selected_items: Union[List[ClaimableClaimSelectedItemsItem], None]
    image_urls: Union[List[Union[str, None]], None]
    optional_image_urls: Union[List[Any], None]
    customer_signature_image_url: Union[str, None]
    labels: Union[List[Union[str, None]], None]
    assignee: Any
    damages: Union[List[Any], None]
    customer: Customer
    order_number: Union[str, None]
    shipment_id: Union[str, None]
    custom: Dict[str, Any]
    created_at: Union[str, None]
    updated_at: Union[str, None]
    closed_at: Any
    damage: ClaimableDamage


class StandardClaimsDamageDeletedData(TypedDict, total=False):
    claim: StandardClaimsDamageDeletedDataClaim
    changes: Union[Dict[str, Any], None]
    context: Context
    performed_by: PerformedBy


class StandardClaimsDamageDeleted(TypedDict, total=False):
    """A damage was removed from a claim; once per damage."""

    type: Literal['claim.damage_deleted']
    timestamp: Union[str, None]
    data: StandardClaimsDamageDeletedData


class StandardClaimsDeleted(TypedDict, total=False):
    """A claim was deleted; the data is its last snapshot."""

    type: Literal['claim.deleted']
    timestamp: Union[str, None]
    data: StandardClaimsCreatedData


class StandardContactsCreatedData(TypedDict, total=False):
    contact: Contact
    changes: Union[Dict[str, Any], None]
    context: Context
    performed_by: PerformedBy


class StandardContactsCreated(TypedDict, total=False):
    """A contact was made."""

    type: Literal['contact.created']
    timestamp: Union[str, None]
    data: StandardContactsCreatedData


class StandardMessagesReceivedData(TypedDict, total=False):
    message: Message
    changes: Union[Dict[str, Any], None]
    context: Context
    performed_by: PerformedBy


class StandardMessagesReceived(TypedDict, total=False):
    """The customer wrote on a claim."""

    type: Literal['message.received']
    timestamp: Union[str, None]
    data: StandardMessagesReceivedData


class StandardMessagesSent(TypedDict, total=False):
    """The customer was written to on a claim."""

    type: Literal['message.sent']
    timestamp: Union[str, None]
    data: StandardMessagesReceivedData


class StandardOrdersSyncedData(TypedDict, total=False):
    order: Order
    changes: Union[Dict[str, Any], None]
    context: Context
    performed_by: PerformedBy


class StandardOrdersSynced(TypedDict, total=False):
    """An order was imported or updated."""

    type: Literal['order.synced']
    timestamp: Union[str, None]
    data: StandardOrdersSyncedData


class StandardShipmentsData(TypedDict, total=False):
    shipment: StandardShipment
    changes: Union[Dict[str, Any], None]
    context: Context
    performed_by: PerformedBy


class StandardShipments(TypedDict, total=False):
    """What a carrier says of a parcel; `GET /v1/event-types` lists the names."""

    type: str
    timestamp: Union[str, None]
    data: StandardShipmentsData


class StandardWebhooksWarnedData(TypedDict, total=False):
    webhook: StandardWebhook
    changes: Union[Dict[str, Any], None]
    context: Context
    performed_by: PerformedBy


class StandardWebhooksWarned(TypedDict, total=False):
    """A webhook has used up half of what it may fail before it is disabled."""

    type: Literal['webhook.warned']
    timestamp: Union[str, None]
    data: StandardWebhooksWarnedData


class StandardWebhooksDisabled(TypedDict, total=False):
    """A webhook was disabled because it kept failing or answered 410."""

    type: Literal['webhook.disabled']
    timestamp: Union[str, None]
    data: StandardWebhooksWarnedData


class CloudeventsClaimsCreated(TypedDict, total=False):
    """A claim was made, by the customer or on their behalf."""

    specversion: Union[str, None]
    id: Union[str, None]
    source: Union[str, None]
    type: Literal['io.claimwire.claim.created']
    subject: Union[str, None]
    time: Union[str, None]
    datacontenttype: Union[str, None]
    data: StandardClaimsCreatedData


class CloudeventsClaimsUpdated(TypedDict, total=False):
    """The status, a detail or the evidence of a claim changed; once per change."""

    specversion: Union[str, None]
    id: Union[str, None]
    source: Union[str, None]
    type: Literal['io.claimwire.claim.updated']
    subject: Union[str, None]
    time: Union[str, None]
    datacontenttype: Union[str, None]
    data: StandardClaimsCreatedData


class CloudeventsClaimsDetailsChanged(TypedDict, total=False):
    """Something other than status, assignee or labels changed."""

    specversion: Union[str, None]
    id: Union[str, None]
    source: Union[str, None]
    type: Literal['io.claimwire.claim.details_changed']
    subject: Union[str, None]
    time: Union[str, None]
    datacontenttype: Union[str, None]
    data: StandardClaimsCreatedData


class CloudeventsClaimsStatusChanged(TypedDict, total=False):
    """The status of a claim changed."""

    specversion: Union[str, None]
    id: Union[str, None]
    source: Union[str, None]
    type: Literal['io.claimwire.claim.status_changed']
    subject: Union[str, None]
    time: Union[str, None]
    datacontenttype: Union[str, None]
    data: StandardClaimsCreatedData


class CloudeventsClaimsApproved(TypedDict, total=False):
    """A claim was accepted."""

    specversion: Union[str, None]
    id: Union[str, None]
    source: Union[str, None]
    type: Literal['io.claimwire.claim.approved']
    subject: Union[str, None]
    time: Union[str, None]
    datacontenttype: Union[str, None]
    data: StandardClaimsCreatedData


class CloudeventsClaimsDenied(TypedDict, total=False):
    """A claim was rejected."""

    specversion: Union[str, None]
    id: Union[str, None]
    source: Union[str, None]
    type: Literal['io.claimwire.claim.denied']
    subject: Union[str, None]
    time: Union[str, None]
    datacontenttype: Union[str, None]
    data: StandardClaimsCreatedData


class CloudeventsClaimsClosed(TypedDict, total=False):
    """A claim was closed."""

    specversion: Union[str, None]
    id: Union[str, None]
    source: Union[str, None]
    type: Literal['io.claimwire.claim.closed']
    subject: Union[str, None]
    time: Union[str, None]
    datacontenttype: Union[str, None]
    data: StandardClaimsCreatedData


class CloudeventsClaimsReopened(TypedDict, total=False):
    """A closed claim is open again."""

    specversion: Union[str, None]
    id: Union[str, None]
    source: Union[str, None]
    type: Literal['io.claimwire.claim.reopened']
    subject: Union[str, None]
    time: Union[str, None]
    datacontenttype: Union[str, None]
    data: StandardClaimsCreatedData


class CloudeventsClaimsAssigned(TypedDict, total=False):
    """Someone works on the claim now, for the first time or instead of another."""

    specversion: Union[str, None]
    id: Union[str, None]
    source: Union[str, None]
    type: Literal['io.claimwire.claim.assigned']
    subject: Union[str, None]
    time: Union[str, None]
    datacontenttype: Union[str, None]
    data: StandardClaimsCreatedData


class CloudeventsClaimsUnassigned(TypedDict, total=False):
    """Nobody works on the claim any more."""

    specversion: Union[str, None]
    id: Union[str, None]
    source: Union[str, None]
    type: Literal['io.claimwire.claim.unassigned']
    subject: Union[str, None]
    time: Union[str, None]
    datacontenttype: Union[str, None]
    data: StandardClaimsCreatedData


class CloudeventsClaimsLabelAddedData(TypedDict, total=False):
    claim: CloudeventsClaim
    changes: Union[Dict[str, Any], None]
    context: Context
    performed_by: PerformedBy


class CloudeventsClaimsLabelAdded(TypedDict, total=False):
    """A label was put on a claim; once per label."""

    specversion: Union[str, None]
    id: Union[str, None]
    source: Union[str, None]
    type: Literal['io.claimwire.claim.label_added']
    subject: Union[str, None]
    time: Union[str, None]
    datacontenttype: Union[str, None]
    data: CloudeventsClaimsLabelAddedData


class CloudeventsClaimsLabelRemoved(TypedDict, total=False):
    """A label was taken off a claim; once per label."""

    specversion: Union[str, None]
    id: Union[str, None]
    source: Union[str, None]
    type: Literal['io.claimwire.claim.label_removed']
    subject: Union[str, None]
    time: Union[str, None]
    datacontenttype: Union[str, None]
    data: CloudeventsClaimsLabelAddedData


class CloudeventsClaimsSwitchedType(TypedDict, total=False):
    """The type of a claim changed."""

    specversion: Union[str, None]
    id: Union[str, None]
    source: Union[str, None]
    type: Literal['io.claimwire.claim.switched_type']
    subject: Union[str, None]
    time: Union[str, None]
    datacontenttype: Union[str, None]
    data: StandardClaimsCreatedData


class CloudeventsClaimsDamageCreated(TypedDict, total=False):
    """A damage was added to a claim; once per damage."""

    specversion: Union[str, None]
    id: Union[str, None]
    source: Union[str, None]
    type: Literal['io.claimwire.claim.damage_created']
    subject: Union[str, None]
    time: Union[str, None]
    datacontenttype: Union[str, None]
    data: StandardClaimsDamageCreatedData


class CloudeventsClaimsDamageDeleted(TypedDict, total=False):
    """A damage was removed from a claim; once per damage."""

    specversion: Union[str, None]
    id: Union[str, None]
    source: Union[str, None]
    type: Literal['io.claimwire.claim.damage_deleted']
    subject: Union[str, None]
    time: Union[str, None]
    datacontenttype: Union[str, None]
    data: StandardClaimsDamageDeletedData


class CloudeventsClaimsDeleted(TypedDict, total=False):
    """A claim was deleted; the data is its last snapshot."""

    specversion: Union[str, None]
    id: Union[str, None]
    source: Union[str, None]
    type: Literal['io.claimwire.claim.deleted']
    subject: Union[str, None]
    time: Union[str, None]
    datacontenttype: Union[str, None]
    data: StandardClaimsCreatedData


class CloudeventsContactsCreated(TypedDict, total=False):
    """A contact was made."""

    specversion: Union[str, None]
    id: Union[str, None]
    source: Union[str, None]
    type: Literal['io.claimwire.contact.created']
    subject: Union[str, None]
    time: Union[str, None]
    datacontenttype: Union[str, None]
    data: StandardContactsCreatedData


class CloudeventsMessagesReceived(TypedDict, total=False):
    """The customer wrote on a claim."""

    specversion: Union[str, None]
    id: Union[str, None]
    source: Union[str, None]
    type: Literal['io.claimwire.message.received']
    subject: Union[str, None]
    time: Union[str, None]
    datacontenttype: Union[str, None]
    data: StandardMessagesReceivedData


class CloudeventsMessagesSent(TypedDict, total=False):
    """The customer was written to on a claim."""

    specversion: Union[str, None]
    id: Union[str, None]
    source: Union[str, None]
    type: Literal['io.claimwire.message.sent']
    subject: Union[str, None]
    time: Union[str, None]
    datacontenttype: Union[str, None]
    data: StandardMessagesReceivedData


class CloudeventsOrdersSynced(TypedDict, total=False):
    """An order was imported or updated."""

    specversion: Union[str, None]
    id: Union[str, None]
    source: Union[str, None]
    type: Literal['io.claimwire.order.synced']
    subject: Union[str, None]
    time: Union[str, None]
    datacontenttype: Union[str, None]
    data: StandardOrdersSyncedData


class CloudeventsShipmentsData(TypedDict, total=False):
    shipment: CloudeventsShipment
    changes: Union[Dict[str, Any], None]
    context: Context
    performed_by: PerformedBy


class CloudeventsShipments(TypedDict, total=False):
    """What a carrier says of a parcel; `GET /v1/event-types` lists the names."""

    specversion: Union[str, None]
    id: Union[str, None]
    source: Union[str, None]
    type: str
    subject: Union[str, None]
    time: Union[str, None]
    datacontenttype: Union[str, None]
    data: CloudeventsShipmentsData


class CloudeventsWebhooksWarnedData(TypedDict, total=False):
    webhook: CloudeventsWebhook
    changes: Union[Dict[str, Any], None]
    context: Context
    performed_by: PerformedBy


class CloudeventsWebhooksWarned(TypedDict, total=False):
    """A webhook has used up half of what it may fail before it is disabled."""

    specversion: Union[str, None]
    id: Union[str, None]
    source: Union[str, None]
    type: Literal['io.claimwire.webhook.warned']
    subject: Union[str, None]
    time: Union[str, None]
    datacontenttype: Union[str, None]
    data: CloudeventsWebhooksWarnedData


class CloudeventsWebhooksDisabled(TypedDict, total=False):
    """A webhook was disabled because it kept failing or answered 410."""

    specversion: Union[str, None]
    id: Union[str, None]
    source: Union[str, None]
    type: Literal['io.claimwire.webhook.disabled']
    subject: Union[str, None]
    time: Union[str, None]
    datacontenttype: Union[str, None]
    data: CloudeventsWebhooksWarnedData


KarlaEvent = Union[
    KarlaClaimsCreated,
    KarlaClaimsUpdated,
    KarlaShipments,
]
ClaimportEvent = Union[
    ClaimportClaimsCreated,
    ClaimportClaimsDetailsChanged,
    ClaimportClaimsStatusChanged,
    ClaimportClaimsApproved,
    ClaimportClaimsDenied,
    ClaimportClaimsClosed,
    ClaimportClaimsAssigned,
    ClaimportMessagesReceived,
    ClaimportMessagesSent,
    ClaimportOrdersSynced,
]
ClaimableEvent = Union[
    ClaimableClaimsCreated,
    ClaimableClaimsClosed,
    ClaimableClaimsReopened,
    ClaimableClaimsAssigned,
    ClaimableClaimsUnassigned,
    ClaimableClaimsLabelAdded,
    ClaimableClaimsLabelRemoved,
    ClaimableClaimsSwitchedType,
    ClaimableClaimsDamageCreated,
    ClaimableClaimsDamageDeleted,
    ClaimableClaimsDeleted,
    ClaimableContactsCreated,
]
StandardEvent = Union[
    StandardClaimsCreated,
    StandardClaimsUpdated,
    StandardClaimsDetailsChanged,
    StandardClaimsStatusChanged,
    StandardClaimsApproved,
    StandardClaimsDenied,
    StandardClaimsClosed,
    StandardClaimsReopened,
    StandardClaimsAssigned,
    StandardClaimsUnassigned,
    StandardClaimsLabelAdded,
    StandardClaimsLabelRemoved,
    StandardClaimsSwitchedType,
    StandardClaimsDamageCreated,
    StandardClaimsDamageDeleted,
    StandardClaimsDeleted,
    StandardContactsCreated,
    StandardMessagesReceived,
    StandardMessagesSent,
    StandardOrdersSynced,
    StandardShipments,
    StandardWebhooksWarned,
    StandardWebhooksDisabled,
]
CloudeventsEvent = Union[
    CloudeventsClaimsCreated,
    CloudeventsClaimsUpdated,
    CloudeventsClaimsDetailsChanged,
    CloudeventsClaimsStatusChanged,
    CloudeventsClaimsApproved,
    CloudeventsClaimsDenied,
    CloudeventsClaimsClosed,
    CloudeventsClaimsReopened,
    CloudeventsClaimsAssigned,
    CloudeventsClaimsUnassigned,
    CloudeventsClaimsLabelAdded,
    CloudeventsClaimsLabelRemoved,
    CloudeventsClaimsSwitchedType,
    CloudeventsClaimsDamageCreated,
    CloudeventsClaimsDamageDeleted,
    CloudeventsClaimsDeleted,
    CloudeventsContactsCreated,
    CloudeventsMessagesReceived,
    CloudeventsMessagesSent,
    CloudeventsOrdersSynced,
    CloudeventsShipments,
    CloudeventsWebhooksWarned,
    CloudeventsWebhooksDisabled,
]
