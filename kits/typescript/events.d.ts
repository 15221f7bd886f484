// Made by scripts/generate-kits from the catalogue of events. Receivers pass over members that they do not know.

export type Assignee = {
  user_id: unknown;
  name: string | null;
  email: string | null;
};

export type Author = {
  name: string | null;
  email: string | null;
};

export type Claim = {
  id: string;
  number: number;
  title?: string | null;
  type?: string | null;
  reason?: string | null;
  resolution_preference?: string | null;
  status: ClaimStatus;
  description?: string | null;
  selected_items: Array<SelectedItem>;
  image_urls: Array<string>;
  optional_image_urls: Array<string>;
  customer_signature_image_url?: string | null;
  labels: Array<string>;
  assignee?: Assignee | null;
  damages: Array<Damage>;
  customer?: Customer | null;
  order_number?: string | null;
  shipment_id?: string | null;
  custom: Record<string, unknown>;
  created_at: Timestamp;
  updated_at: Timestamp;
  closed_at?: Timestamp | null;
};

export type ClaimStatus = "pending" | "accepted" | "rejected" | "closed";

export type ClaimableClaim = {
  id: number | null;
  title: string | null;
  type: string | null;
  incident_type: string | null;
  status: string | null;
  labels: Array<string | null> | null;
  claimant: {
    first_name: string | null;
    last_name: string | null;
    email: string | null;
  };
  assigned_to: unknown;
  incident_description: string | null;
  external_claim_ref: string | null;
  estimated_claim_cost: number | null;
  reported_at: string | null;
  opened_at: string | null;
  closed_at: unknown;
  selected_items: Array<{
    sku: string | null;
    title: string | null;
    quantity: number | null;
    net_price: number | null;
    image_urls: Array<string | null> | null;
  }> | null;
  updated_at: string | null;
  resolution_preference: string | null;
  order_number: string | null;
  shipment_id: string | null;
  image_urls: Array<string | null> | null;
  optional_image_urls: Array<unknown> | null;
  customer_signature_image_url: string | null;
  damages: Array<unknown> | null;
  custom: Record<string, unknown>;
};

export type ClaimableContact = {
  id: number | null;
  contact_id: string | null;
  is_business: boolean | null;
  first_name: string | null;
  last_name: string | null;
  business_name: unknown;
  title: string | null;
  email: string | null;
  mobile_phone: string | null;
  home_phone: unknown;
  work_phone: unknown;
  preferred_contact_method: string | null;
  address: {
    city: string | null;
    country_code: string | null;
  };
  custom: Record<string, unknown>;
  created_at: string | null;
  updated_at: string | null;
};

export type ClaimableDamage = {
  id: string | null;
  damage_type: string | null;
  description: string | null;
};

export type ClaimablePerformedBy = {
  user_id: number | null;
  name: string | null;
};

export type ClaimportClaim = {
  id: string | null;
  claim_id: string | null;
  number: number | null;
  title: string | null;
  type: string | null;
  reason: string | null;
  resolution_preference: string | null;
  status: string | null;
  description: string | null;
  selected_items: Array<{
    sku: string | null;
    title: string | null;
    quantity: number | null;
    net_price: number | null;
    image_urls: Array<string | null> | null;
  }> | null;
  image_urls: Array<string | null> | null;
  optional_image_urls: Array<unknown> | null;
  customer_signature_image_url: string | null;
  labels: Array<string | null> | null;
  assignee: unknown;
  damages: Array<unknown> | null;
  customer: {
    external_id: string | null;
    email: string | null;
    first_name: string | null;
    last_name: string | null;
  };
  order_number: string | null;
  shipment_id: string | null;
  custom: Record<string, unknown>;
  created_at: string | null;
  updated_at: string | null;
  closed_at: unknown;
};

export type ClaimportMessage = {
  id: string | null;
  direction: string | null;
  body: string | null;
  author: {
    name: string | null;
    email: string | null;
  };
  created_at: string | null;
};

export type ClaimportOrder = {
  order_number: string | null;
  external_id: string | null;
  order_name: string | null;
  order_placed_at: string | null;
  total_order_price: number | null;
  sub_total_price: number | null;
  shipping_price: number | null;
  discount_price: number | null;
  currency: string | null;
  customer: {
    external_id: string | null;
    email: string | null;
    first_name: string | null;
    last_name: string | null;
  };
  address: {
    name: string | null;
    street: string | null;
    zip_code: string | null;
    city: string | null;
    country_code: string | null;
  };
  products: Array<{
    product_id: string | null;
    variant_id: unknown;
    sku: string | null;
    title: string | null;
    quantity: number | null;
    price: number | null;
    images: Array<{
      src: string | null;
      alt: string | null;
    }> | null;
  }> | null;
  discounts: Array<unknown> | null;
  segments: Array<string | null> | null;
  custom: Record<string, unknown>;
  created_at: string | null;
  updated_at: string | null;
};

export type CloudeventsClaim = {
  id: string | null;
  number: number | null;
  title: string | null;
  type: string | null;
  reason: string | null;
  resolution_preference: string | null;
  status: string | null;
  description: string | null;
  selected_items: Array<{
    sku: string | null;
    title: string | null;
    quantity: number | null;
    net_price: number | null;
    image_urls: Array<string | null> | null;
  }> | null;
  image_urls: Array<string | null> | null;
  optional_image_urls: Array<unknown> | null;
  customer_signature_image_url: string | null;
  labels: Array<string | null> | null;
  assignee: unknown;
  damages: Array<unknown> | null;
  customer: {
    external_id: string | null;
    email: string | null;
    first_name: string | null;
    last_name: string | null;
  };
  order_number: string | null;
  shipment_id: string | null;
  custom: Record<string, unknown>;
  created_at: string | null;
  updated_at: string | null;
  closed_at: unknown;
  label: string | null;
};

export type CloudeventsShipment = {
  event_id: string | null;
  shipment_id: string | null;
  event_name: string | null;
  event_group: string | null;
  phase: string | null;
  direction: string | null;
  carrier_reference: string | null;
  tracking_number: string | null;
  tracking_url: string | null;
  location: string | null;
  event_time: string | null;
  updated_at: string | null;
};

export type CloudeventsWebhook = {
  webhook_uuid: string | null;
  url: string | null;
  reason: string | null;
  at: string | null;
};

export type Contact = {
  id: string;
  number: number;
  is_business: boolean;
  first_name?: string | null;
  last_name?: string | null;
  business_name?: string | null;
  title?: string | null;
  email?: string | null;
  mobile_phone?: string | null;
  home_phone?: string | null;
  work_phone?: string | null;
  preferred_contact_method?: string | null;
  address?: Record<string, unknown> | null;
  custom: Record<string, unknown>;
  created_at: Timestamp;
  updated_at: Timestamp;
};

export type Context = {
  order?: Order | null;
  customer?: Customer | null;
  shipments: Array<Shipment>;
  claims: Array<Claim>;
  truncated?: boolean;
  counts?: ContextCounts | null;
};

export type ContextCounts = {
  shipments: number;
  claims: number;
};

export type Customer = {
  external_id: string | null;
  email: string | null;
  first_name: string | null;
  last_name: string | null;
};

export type Damage = {
  id?: string;
  damage_type: string;
  description?: string | null;
};

export type Direction = "merchant_customer" | "customer_merchant";

export type KarlaContext = {
  order: {
    order_number: string | null;
    external_id: string | null;
    order_name: string | null;
    order_placed_at: string | null;
    total_order_price: number | null;
    sub_total_price: number | null;
    shipping_price: number | null;
    discount_price: number | null;
    currency: string | null;
    customer: {
      external_id: string | null;
      email: string | null;
      first_name: string | null;
      last_name: string | null;
    };
    address: {
      name: string | null;
      street: string | null;
      zip_code: string | null;
      city: string | null;
      country_code: string | null;
    };
    products: Array<{
      product_id: string | null;
      variant_id: unknown;
      sku: string | null;
      title: string | null;
      quantity: number | null;
      price: number | null;
      images: Array<{
        src: string | null;
        alt: string | null;
      }> | null;
    }> | null;
    discounts: Array<unknown> | null;
    segments: Array<string | null> | null;
    custom: Record<string, unknown>;
    created_at: string | null;
    updated_at: string | null;
  };
  customer: {
    external_id: string | null;
    email: string | null;
    first_name: string | null;
    last_name: string | null;
  };
  shipments: Array<{
    id: string | null;
    order_number: string | null;
    direction: string | null;
    carrier_reference: string | null;
    tracking_number: string | null;
    tracking_url: string | null;
    estimated_arrival: string | null;
    custom: Record<string, unknown>;
    phase: string | null;
    state: string | null;
    events: Array<{
      external_id: string | null;
      event_name: string | null;
      event_time: string | null;
      phase: string | null;
      event_group: string | null;
      location: string | null;
      created_at: string | null;
    }> | null;
    created_at: string | null;
    updated_at: string | null;
  }> | null;
  claims: Array<{
    id: string | null;
    number: number | null;
    title: string | null;
    type: string | null;
    reason: string | null;
    resolution_preference: string | null;
    status: string | null;
    description: string | null;
    selected_items: Array<{
      sku: string | null;
      title: string | null;
      quantity: number | null;
      net_price: number | null;
      image_urls: Array<string | null> | null;
    }> | null;
    image_urls: Array<string | null> | null;
    optional_image_urls: Array<unknown> | null;
    customer_signature_image_url: string | null;
    labels: Array<string | null> | null;
    assignee: unknown;
    damages: Array<unknown> | null;
    customer: {
      external_id: string | null;
      email: string | null;
      first_name: string | null;
      last_name: string | null;
    };
    order_number: string | null;
    shipment_id: string | null;
    custom: Record<string, unknown>;
    created_at: string | null;
    updated_at: string | null;
    closed_at: unknown;
  }> | null;
};

export type Message = {
  id: string;
  direction: MessageDirection;
  body: string;
  author?: Author | null;
  created_at: Timestamp;
};

export type MessageDirection = "inbound" | "outbound";

export type Order = {
  order_number: string;
  external_id?: string | null;
  order_name?: string | null;
  order_placed_at?: Timestamp | null;
  total_order_price?: number | null;
  sub_total_price?: number | null;
  shipping_price?: number | null;
  discount_price?: number | null;
  currency?: string | null;
  customer?: Customer | null;
  address?: Record<string, unknown> | null;
  products: Array<Product>;
  discounts: Array<Record<string, unknown>>;
  segments: Array<string>;
  custom: Record<string, unknown>;
  created_at: Timestamp;
  updated_at: Timestamp;
};

export type PerformedBy = {
  source: Source;
  user_id: unknown;
  name: string | null;
};

export type Product = {
  product_id: string | null;
  variant_id: string | null;
  sku: string | null;
  title: string | null;
  quantity: number | null;
  price: number | null;
  images: Array<ProductImage>;
};

export type ProductImage = {
  src: string;
  alt?: string | null;
};

export type SelectedItem = {
  sku?: string | null;
  title?: string | null;
  quantity: number;
  net_price?: number | null;
  image_urls?: Array<string>;
};

export type Shipment = {
  id: string;
  order_number?: string | null;
  direction: Direction;
  carrier_reference?: string | null;
  tracking_number?: string | null;
  tracking_url?: string | null;
  estimated_arrival?: Timestamp | null;
  custom: Record<string, unknown>;
  phase?: string | null;
  state: ShipmentState;
  events: Array<ShipmentEvent>;
  created_at: Timestamp;
  updated_at: Timestamp;
};

export type ShipmentEvent = {
  external_id: string;
  event_name: string;
  event_time: Timestamp;
  phase: string;
  event_group?: string | null;
  location?: string | null;
  created_at: Timestamp;
};

export type ShipmentState = "draft" | "fulfilled";

export type Source = "ui" | "api";

export type StandardClaim = {
  id: string | null;
  number: number | null;
  title: string | null;
  type: string | null;
  reason: string | null;
  resolution_preference: string | null;
  status: string | null;
  description: string | null;
  selected_items: Array<{
    sku: string | null;
    title: string | null;
    quantity: number | null;
    net_price: number | null;
    image_urls: Array<string | null> | null;
  }> | null;
  image_urls: Array<string | null> | null;
  optional_image_urls: Array<unknown> | null;
  customer_signature_image_url: string | null;
  labels: Array<string | null> | null;
  assignee: unknown;
  damages: Array<unknown> | null;
  customer: {
    external_id: string | null;
    email: string | null;
    first_name: string | null;
    last_name: string | null;
  };
  order_number: string | null;
  shipment_id: string | null;
  custom: Record<string, unknown>;
  created_at: string | null;
  updated_at: string | null;
  closed_at: unknown;
  label: string | null;
};

export type StandardShipment = {
  event_id: string | null;
  shipment_id: string | null;
  event_name: string | null;
  event_group: string | null;
  phase: string | null;
  direction: string | null;
  carrier_reference: string | null;
  tracking_number: string | null;
  tracking_url: string | null;
  location: string | null;
  event_time: string | null;
  updated_at: string | null;
};

export type StandardWebhook = {
  webhook_uuid: string | null;
  url: string | null;
  reason: string | null;
  at: string | null;
};

export type Timestamp = string;

/** A claim was made, by the customer or on their behalf. */
export type KarlaClaimsCreated = {
  source: string | null;
  ref: "claims/created";
  version: number | null;
  triggered_at: string | null;
  event_group: string | null;
  event_data: {
    claim_id: string | null;
    event_name: string | null;
    event_group: string | null;
    created_at: string | null;
    updated_at: string | null;
    reason: string | null;
    resolution_preference: string | null;
    status: string | null;
    description: string | null;
    customer_signature_image_url: string | null;
    selected_items: Array<{
      sku: string | null;
      title: string | null;
      quantity: number | null;
      net_price: number | null;
      image_urls: Array<string | null> | null;
    }> | null;
    image_urls: Array<string | null> | null;
    optional_image_urls: Array<unknown> | null;
  };
  context: KarlaContext;
  shop_slug: string | null;
  shop_id: string | null;
};

/** The status, a detail or the evidence of a claim changed; once per change. */
export type KarlaClaimsUpdated = {
  source: string | null;
  ref: "claims/updated";
  version: number | null;
  triggered_at: string | null;
  event_group: string | null;
  event_data: {
    claim_id: string | null;
    event_name: string | null;
    event_group: string | null;
    created_at: string | null;
    updated_at: string | null;
    reason: string | null;
    resolution_preference: string | null;
    status: string | null;
    description: string | null;
    customer_signature_image_url: string | null;
    selected_items: Array<{
      sku: string | null;
      title: string | null;
      quantity: number | null;
      net_price: number | null;
      image_urls: Array<string | null> | null;
    }> | null;
    image_urls: Array<string | null> | null;
    optional_image_urls: Array<unknown> | null;
  };
  context: KarlaContext;
  shop_slug: string | null;
  shop_id: string | null;
};

/** What a carrier says of a parcel; `GET /v1/event-types` lists the names. */
export type KarlaShipments = {
  source: string | null;
  ref: `shipments/${string}`;
  version: number | null;
  triggered_at: string | null;
  event_group: string | null;
  event_data: {
    event_id: string | null;
    shipment_id: string | null;
    event_name: string | null;
    event_group: string | null;
    phase: string | null;
    direction: string | null;
    carrier_reference: string | null;
    tracking_number: string | null;
    tracking_url: string | null;
    updated_at: string | null;
  };
  context: {
    order: {
      order_number: string | null;
      external_id: string | null;
      order_name: string | null;
      order_placed_at: string | null;
      total_order_price: number | null;
      sub_total_price: number | null;
      shipping_price: number | null;
      discount_price: number | null;
      currency: string | null;
      customer: {
        external_id: string | null;
        email: string | null;
        first_name: string | null;
        last_name: string | null;
      };
      address: {
        name: string | null;
        street: string | null;
        zip_code: string | null;
        city: string | null;
        country_code: string | null;
      };
      products: Array<{
        product_id: string | null;
        variant_id: unknown;
        sku: string | null;
        title: string | null;
        quantity: number | null;
        price: number | null;
        images: Array<{
          src: string | null;
          alt: string | null;
        }> | null;
      }> | null;
      discounts: Array<unknown> | null;
      segments: Array<string | null> | null;
      custom: Record<string, unknown>;
      created_at: string | null;
      updated_at: string | null;
    };
    customer: {
      external_id: string | null;
      email: string | null;
      first_name: string | null;
      last_name: string | null;
    };
    shipments: Array<{
      id: string | null;
      order_number: string | null;
      direction: string | null;
      carrier_reference: string | null;
      tracking_number: string | null;
      tracking_url: string | null;
      estimated_arrival: string | null;
      custom: Record<string, unknown>;
      phase: string | null;
      state: string | null;
      events: Array<{
        external_id: string | null;
        event_name: string | null;
        event_time: string | null;
        phase: string | null;
        event_group: string | null;
        location: string | null;
        created_at: string | null;
      }> | null;
      created_at: string | null;
      updated_at: string | null;
    }> | null;
    claims: Array<unknown> | null;
  };
  shop_slug: string | null;
  shop_id: string | null;
};

export type KarlaEvent =
  | KarlaClaimsCreated
  | KarlaClaimsUpdated
  | KarlaShipments;

/** A claim was made, by the customer or on their behalf. */
export type ClaimportClaimsCreated = {
  id: string | null;
  type: "claim.created";
  timestamp: string | null;
  data: {
    claim: ClaimportClaim;
  };
};

/** Something other than status, assignee or labels changed. */
export type ClaimportClaimsDetailsChanged = {
  id: string | null;
  type: "claim.updated";
  timestamp: string | null;
  data: {
    claim: ClaimportClaim;
  };
};

/** The status of a claim changed. */
export type ClaimportClaimsStatusChanged = {
  id: string | null;
  type: "claim.status_changed";
  timestamp: string | null;
  data: {
    claim: ClaimportClaim;
  };
};

/** A claim was accepted. */
export type ClaimportClaimsApproved = {
  id: string | null;
  type: "claim.approved";
  timestamp: string | null;
  data: {
    claim: ClaimportClaim;
  };
};

/** A claim was rejected. */
export type ClaimportClaimsDenied = {
  id: string | null;
  type: "claim.denied";
  timestamp: string | null;
  data: {
    claim: ClaimportClaim;
  };
};

/** A claim was closed. */
export type ClaimportClaimsClosed = {
  id: string | null;
  type: "claim.closed";
  timestamp: string | null;
  data: {
    claim: {
      id: string | null;
      claim_id: string | null;
      number: number | null;
      title: string | null;
      type: string | null;
      reason: string | null;
      resolution_preference: string | null;
      status: string | null;
      description: string | null;
      selected_items: Array<{
        sku: string | null;
        title: string | null;
        quantity: number | null;
        net_price: number | null;
        image_urls: Array<string | null> | null;
      }> | null;
      image_urls: Array<string | null> | null;
      optional_image_urls: Array<unknown> | null;
      customer_signature_image_url: string | null;
      labels: Array<string | null> | null;
      assignee: unknown;
      damages: Array<unknown> | null;
      customer: {
        external_id: string | null;
        email: string | null;
        first_name: string | null;
        last_name: string | null;
      };
      order_number: string | null;
      shipment_id: string | null;
      custom: Record<string, unknown>;
      created_at: string | null;
      updated_at: string | null;
      closed_at: string | null;
    };
  };
};

/** Someone works on the claim now, for the first time or instead of another. */
export type ClaimportClaimsAssigned = {
  id: string | null;
  type: "claim.assigned";
  timestamp: string | null;
  data: {
    claim: {
      id: string | null;
      claim_id: string | null;
      number: number | null;
      title: string | null;
      type: string | null;
      reason: string | null;
      resolution_preference: string | null;
      status: string | null;
      description: string | null;
      selected_items: Array<{
        sku: string | null;
        title: string | null;
        quantity: number | null;
        net_price: number | null;
        image_urls: Array<string | null> | null;
      }> | null;
      image_urls: Array<string | null> | null;
      optional_image_urls: Array<unknown> | null;
      customer_signature_image_url: string | null;
      labels: Array<string | null> | null;
      assignee: {
        user_id: number | null;
        name: string | null;
        email: string | null;
      };
      damages: Array<unknown> | null;
      customer: {
        external_id: string | null;
        email: string | null;
        first_name: string | null;
        last_name: string | null;
      };
      order_number: string | null;
      shipment_id: string | null;
      custom: Record<string, unknown>;
      created_at: string | null;
      updated_at: string | null;
      closed_at: unknown;
    };
  };
};

/** The customer wrote on a claim. */
export type ClaimportMessagesReceived = {
  id: string | null;
  type: "message.received";
  timestamp: string | null;
  data: {
    message: ClaimportMessage;
    claim: ClaimportClaim;
  };
};

/** The customer was written to on a claim. */
export type ClaimportMessagesSent = {
  id: string | null;
  type: "message.sent";
  timestamp: string | null;
  data: {
    message: ClaimportMessage;
    claim: ClaimportClaim;
  };
};

/** An order was imported or updated. */
export type ClaimportOrdersSynced = {
  id: string | null;
  type: "order.synced";
  timestamp: string | null;
  data: {
    order: ClaimportOrder;
  };
};

export type ClaimportEvent =
  | ClaimportClaimsCreated
  | ClaimportClaimsDetailsChanged
  | ClaimportClaimsStatusChanged
  | ClaimportClaimsApproved
  | ClaimportClaimsDenied
  | ClaimportClaimsClosed
  | ClaimportClaimsAssigned
  | ClaimportMessagesReceived
  | ClaimportMessagesSent
  | ClaimportOrdersSynced;

/** A claim was made, by the customer or on their behalf. */
export type ClaimableClaimsCreated = {
  claim: ClaimableClaim;
  event_name: "claim.created";
  source: string | null;
  performed_by: ClaimablePerformedBy;
};

/** A claim was closed. */
export type ClaimableClaimsClosed = {
  claim: {
    id: number | null;
    title: string | null;
    type: string | null;
    incident_type: string | null;
    status: string | null;
    labels: Array<string | null> | null;
    claimant: {
      first_name: string | null;
      last_name: string | null;
      email: string | null;
    };
    assigned_to: unknown;
    incident_description: string | null;
    external_claim_ref: string | null;
    estimated_claim_cost: number | null;
    reported_at: string | null;
    opened_at: string | null;
    closed_at: string | null;
    selected_items: Array<{
      sku: string | null;
      title: string | null;
      quantity: number | null;
      net_price: number | null;
      image_urls: Array<string | null> | null;
    }> | null;
    updated_at: string | null;
    resolution_preference: string | null;
    order_number: string | null;
    shipment_id: string | null;
    image_urls: Array<string | null> | null;
    optional_image_urls: Array<unknown> | null;
    customer_signature_image_url: string | null;
    damages: Array<unknown> | null;
    custom: Record<string, unknown>;
  };
  event_name: "claim.closed";
  source: string | null;
  performed_by: ClaimablePerformedBy;
};

/** A closed claim is open again. */
export type ClaimableClaimsReopened = {
  claim: ClaimableClaim;
  event_name: "claim.reopened";
  source: string | null;
  performed_by: ClaimablePerformedBy;
};

/** Someone works on the claim now, for the first time or instead of another. */
export type ClaimableClaimsAssigned = {
  claim: {
    id: number | null;
    title: string | null;
    type: string | null;
    incident_type: string | null;
    status: string | null;
    labels: Array<string | null> | null;
    claimant: {
      first_name: string | null;
      last_name: string | null;
      email: string | null;
    };
    assigned_to: {
      id: number | null;
      name: string | null;
      email: string | null;
    };
    incident_description: string | null;
    external_claim_ref: string | null;
    estimated_claim_cost: number | null;
    reported_at: string | null;
    opened_at: string | null;
    closed_at: unknown;
    selected_items: Array<{
      sku: string | null;
      title: string | null;
      quantity: number | null;
      net_price: number | null;
      image_urls: Array<string | null> | null;
    }> | null;
    updated_at: string | null;
    resolution_preference: string | null;
    order_number: string | null;
    shipment_id: string | null;
    image_urls: Array<string | null> | null;
    optional_image_urls: Array<unknown> | null;
    customer_signature_image_url: string | null;
    damages: Array<unknown> | null;
    custom: Record<string, unknown>;
  };
  event_name: "claim.assigned";
  source: string | null;
  performed_by: ClaimablePerformedBy;
};

/** Nobody works on the claim any more. */
export type ClaimableClaimsUnassigned = {
  claim: ClaimableClaim;
  event_name: "claim.unassigned";
  source: string | null;
  performed_by: ClaimablePerformedBy;
};

/** A label was put on a claim; once per label. */
export type ClaimableClaimsLabelAdded = {
  claim: ClaimableClaim;
  label: string | null;
  event_name: "claim.label_added";
  source: string | null;
  performed_by: ClaimablePerformedBy;
};

/** A label was taken off a claim; once per label. */
export type ClaimableClaimsLabelRemoved = {
  claim: ClaimableClaim;
  label: string | null;
  event_name: "claim.label_removed";
  source: string | null;
  performed_by: ClaimablePerformedBy;
};

/** The type of a claim changed. */
export type ClaimableClaimsSwitchedType = {
  claim: ClaimableClaim;
  event_name: "claim.switched_type";
  source: string | null;
  performed_by: ClaimablePerformedBy;
};

/** A damage was added to a claim; once per damage. */
export type ClaimableClaimsDamageCreated = {
  claim: {
    id: number | null;
    title: string | null;
    type: string | null;
    incident_type: string | null;
    status: string | null;
    labels: Array<string | null> | null;
    claimant: {
      first_name: string | null;
      last_name: string | null;
      email: string | null;
    };
    assigned_to: unknown;
    incident_description: string | null;
    external_claim_ref: string | null;
    estimated_claim_cost: number | null;
    reported_at: string | null;
    opened_at: string | null;
    closed_at: unknown;
    selected_items: Array<{
      sku: string | null;
      title: string | null;
      quantity: number | null;
      net_price: number | null;
      image_urls: Array<string | null> | null;
    }> | null;
    updated_at: string | null;
    resolution_preference: string | null;
    order_number: string | null;
    shipment_id: string | null;
    image_urls: Array<string | null> | null;
    optional_image_urls: Array<unknown> | null;
    customer_signature_image_url: string | null;
    damages: Array<{
      id: string | null;
      damage_type: string | null;
      description: string | null;
    }> | null;
    custom: Record<string, unknown>;
  };
  damage: ClaimableDamage;
  event_name: "claim.damage.created";
  source: string | null;
  performed_by: ClaimablePerformedBy;
};

/** A damage was removed from a claim; once per damage. */
export type ClaimableClaimsDamageDeleted = {
  claim: ClaimableClaim;
  damage: ClaimableDamage;
  event_name: "claim.damage.deleted";
  source: string | null;
  performed_by: ClaimablePerformedBy;
};

/** A claim was deleted; the data is its last snapshot. */
export type ClaimableClaimsDeleted = {
  claim: ClaimableClaim;
  event_name: "claim.deleted";
  source: string | null;
  performed_by: ClaimablePerformedBy;
};

/** A contact was made. */
export type ClaimableContactsCreated = {
  contact: ClaimableContact;
  event_name: "contact.created";
  source: string | null;
  performed_by: ClaimablePerformedBy;
};

export type ClaimableEvent =
  | ClaimableClaimsCreated
  | ClaimableClaimsClosed
  | ClaimableClaimsReopened
  | ClaimableClaimsAssigned
  | ClaimableClaimsUnassigned
  | ClaimableClaimsLabelAdded
  | ClaimableClaimsLabelRemoved
  | ClaimableClaimsSwitchedType
  | ClaimableClaimsDamageCreated
  | ClaimableClaimsDamageDeleted
  | ClaimableClaimsDeleted
  | ClaimableContactsCreated;

/** A claim was made, by the customer or on their behalf. */
export type StandardClaimsCreated = {
  type: "claim.created";
  timestamp: string | null;
  data: {
    claim: Claim;
    changes: Record<string, unknown> | null;
    context: Context;
    performed_by: PerformedBy;
  };
};

/** The status, a detail or the evidence of a claim changed; once per change. */
export type StandardClaimsUpdated = {
  type: "claim.updated";
  timestamp: string | null;
  data: {
    claim: Claim;
    changes: Record<string, unknown> | null;
    context: Context;
    performed_by: PerformedBy;
  };
};

/** Something other than status, assignee or labels changed. */
export type StandardClaimsDetailsChanged = {
  type: "claim.details_changed";
  timestamp: string | null;
  data: {
    claim: Claim;
    changes: Record<string, unknown> | null;
    context: Context;
    performed_by: PerformedBy;
  };
};

/** The status of a claim changed. */
export type StandardClaimsStatusChanged = {
  type: "claim.status_changed";
  timestamp: string | null;
  data: {
    claim: Claim;
    changes: Record<string, unknown> | null;
    context: Context;
    performed_by: PerformedBy;
  };
};

/** A claim was accepted. */
export type StandardClaimsApproved = {
  type: "claim.approved";
  timestamp: string | null;
  data: {
    claim: Claim;
    changes: Record<string, unknown> | null;
    context: Context;
    performed_by: PerformedBy;
  };
};

/** A claim was rejected. */
export type StandardClaimsDenied = {
  type: "claim.denied";
  timestamp: string | null;
  data: {
    claim: Claim;
    changes: Record<string, unknown> | null;
    context: Context;
    performed_by: PerformedBy;
  };
};

/** A claim was closed. */
export type StandardClaimsClosed = {
  type: "claim.closed";
  timestamp: string | null;
  data: {
    claim: Claim;
    changes: Record<string, unknown> | null;
    context: Context;
    performed_by: PerformedBy;
  };
};

/** A closed claim is open again. */
export type StandardClaimsReopened = {
  type: "claim.reopened";
  timestamp: string | null;
  data: {
    claim: Claim;
    changes: Record<string, unknown> | null;
    context: Context;
    performed_by: PerformedBy;
  };
};

/** Someone works on the claim now, for the first time or instead of another. */
export type StandardClaimsAssigned = {
  type: "claim.assigned";
  timestamp: string | null;
  data: {
    claim: Claim;
    changes: Record<string, unknown> | null;
    context: Context;
    performed_by: PerformedBy;
  };
};

/** Nobody works on the claim any more. */
export type StandardClaimsUnassigned = {
  type: "claim.unassigned";
  timestamp: string | null;
  data: {
    claim: Claim;
    changes: Record<string, unknown> | null;
    context: Context;
    performed_by: PerformedBy;
  };
};

/** A label was put on a claim; once per label. */
export type StandardClaimsLabelAdded = {
  type: "claim.label_added";
  timestamp: string | null;
  data: {
    claim: StandardClaim;
    changes: Record<string, unknown> | null;
    context: Context;
    performed_by: PerformedBy;
  };
};

/** A label was taken off a claim; once per label. */
export type StandardClaimsLabelRemoved = {
  type: "claim.label_removed";
  timestamp: string | null;
  data: {
    claim: StandardClaim;
    changes: Record<string, unknown> | null;
    context: Context;
    performed_by: PerformedBy;
  };
};

/** The type of a claim changed. */
export type StandardClaimsSwitchedType = {
  type: "claim.switched_type";
  timestamp: string | null;
  data: {
    claim: Claim;
    changes: Record<string, unknown> | null;
    context: Context;
    performed_by: PerformedBy;
  };
};

/** A damage was added to a claim; once per damage. */
export type StandardClaimsDamageCreated = {
  type: "claim.damage_created";
  timestamp: string | null;
  data: {
    claim: {
      id: string | null;
      number: number | null;
      title: string | null;
      type: string | null;
      reason: string | null;
      resolution_preference: string | null;
      status: string | null;
      description: string | null;
      selected_items: Array<{
        sku: string | null;
        title: string | null;
        quantity: number | null;
        net_price: number | null;
        image_urls: Array<string | null> | null;
      }> | null;
      image_urls: Array<string | null> | null;
      optional_image_urls: Array<unknown> | null;
      customer_signature_image_url: string | null;
      labels: Array<string | null> | null;
      assignee: unknown;
      damages: Array<{
        id: string | null;
        damage_type: string | null;
        description: string | null;
      }> | null;
      customer: {
        external_id: string | null;
        email: string | null;
        first_name: string | null;
        last_name: string | null;
      };
      order_number: string | null;
      shipment_id: string | null;
      custom: Record<string, unknown>;
      created_at: string | null;
      updated_at: string | null;
      closed_at: unknown;
      damage: {
        id: string | null;
        damage_type: string | null;
        description: string | null;
      };
    };
    changes: Record<string, unknown> | null;
    context: Context;
    performed_by: PerformedBy;
  };
};

/** A damage was removed from a claim; once per damage. */
export type StandardClaimsDamageDeleted = {
  type: "claim.damage_deleted";
  timestamp: string | null;
  data: {
    claim: {
      id: string | null;
      number: number | null;
      title: string | null;
      type: string | null;
      reason: string | null;
      resolution_preference: string | null;
      status: string | null;
      description: string | null;
      selected_items: Array<{
        sku: string | null;
        title: string | null;
        quantity: number | null;
        net_price: number | null;
        image_urls: Array<string | null> | null;
      }> | null;
      image_urls: Array<string | null> | null;
      optional_image_urls: Array<unknown> | null;
      customer_signature_image_url: string | null;
      labels: Array<string | null> | null;
      assignee: unknown;
      damages: Array<unknown> | null;
      customer: {
        external_id: string | null;
        email: string | null;
        first_name: string | null;
        last_name: string | null;
      };
      order_number: string | null;
      shipment_id: string | null;
      custom: Record<string, unknown>;
      created_at: string | null;
      updated_at: string | null;
      closed_at: unknown;
      damage: {
        id: string | null;
        damage_type: string | null;
        description: string | null;
      };
    };
    changes: Record<string, unknown> | null;
    context: Context;
    performed_by: PerformedBy;
  };
};

/** A claim was deleted; the data is its last snapshot. */
export type StandardClaimsDeleted = {
  type: "claim.deleted";
  timestamp: string | null;
  data: {
    claim: Claim;
    changes: Record<string, unknown> | null;
    context: Context;
    performed_by: PerformedBy;
  };
};

/** A contact was made. */
export type StandardContactsCreated = {
  type: "contact.created";
  timestamp: string | null;
  data: {
    contact: Contact;
    changes: Record<string, unknown> | null;
    context: Context;
    performed_by: PerformedBy;
  };
};

/** The customer wrote on a claim. */
export type StandardMessagesReceived = {
  type: "message.received";
  timestamp: string | null;
  data: {
    message: Message;
    changes: Record<string, unknown> | null;
    context: Context;
    performed_by: PerformedBy;
  };
};

/** The customer was written to on a claim. */
export type StandardMessagesSent = {
  type: "message.sent";
  timestamp: string | null;
  data: {
    message: Message;
    changes: Record<string, unknown> | null;
    context: Context;
    performed_by: PerformedBy;
  };
};

/** An order was imported or updated. */
export type StandardOrdersSynced = {
  type: "order.synced";
  timestamp: string | null;
  data: {
    order: Order;
    changes: Record<string, unknown> | null;
    context: Context;
    performed_by: PerformedBy;
  };
};

/** What a carrier says of a parcel; `GET /v1/event-types` lists the names. */
export type StandardShipments = {
  type: `shipment.${string}`;
  timestamp: string | null;
  data: {
    shipment: StandardShipment;
    changes: Record<string, unknown> | null;
    context: Context;
    performed_by: PerformedBy;
  };
};

/** A webhook has used up half of what it may fail before it is disabled. */
export type StandardWebhooksWarned = {
  type: "webhook.warned";
  timestamp: string | null;
  data: {
    webhook: StandardWebhook;
    changes: Record<string, unknown> | null;
    context: Context;
    performed_by: PerformedBy;
  };
};

/** A webhook was disabled because it kept failing or answered 410. */
export type StandardWebhooksDisabled = {
  type: "webhook.disabled";
  timestamp: string | null;
  data: {
    webhook: StandardWebhook;
    changes: Record<string, unknown> | null;
    context: Context;
    performed_by: PerformedBy;
  };
};

export type StandardEvent =
  | StandardClaimsCreated
  | StandardClaimsUpdated
  | StandardClaimsDetailsChanged
  | StandardClaimsStatusChanged
  | StandardClaimsApproved
  | StandardClaimsDenied
  | StandardClaimsClosed
  | StandardClaimsReopened
  | StandardClaimsAssigned
  | StandardClaimsUnassigned
  | StandardClaimsLabelAdded
  | StandardClaimsLabelRemoved
  | StandardClaimsSwitchedType
  | StandardClaimsDamageCreated
  | StandardClaimsDamageDeleted
  | StandardClaimsDeleted
  | StandardContactsCreated
  | StandardMessagesReceived
  | StandardMessagesSent
  | StandardOrdersSynced
  | StandardShipments
  | StandardWebhooksWarned
  | StandardWebhooksDisabled;

/** A claim was made, by the customer or on their behalf. */
export type CloudeventsClaimsCreated = {
  specversion: string | null;
  id: string | null;
  source: string | null;
  type: "io.claimwire.claim.created";
  subject: string | null;
  time: string | null;
  datacontenttype: string | null;
  data: {
    claim: Claim;
    changes: Record<string, unknown> | null;
    context: Context;
    performed_by: PerformedBy;
  };
};

/** The status, a detail or the evidence of a claim changed; once per change. */
export type CloudeventsClaimsUpdated = {
  specversion: string | null;
  id: string | null;
  source: string | null;
  type: "io.claimwire.claim.updated";
  subject: string | null;
  time: string | null;
  datacontenttype: string | null;
  data: {
    claim: Claim;
    changes: Record<string, unknown> | null;
    context: Context;
    performed_by: PerformedBy;
  };
};

/** Something other than status, assignee or labels changed. */
export type CloudeventsClaimsDetailsChanged = {
  specversion: string | null;
  id: string | null;
  source: string | null;
  type: "io.claimwire.claim.details_changed";
  subject: string | null;
  time: string | null;
  datacontenttype: string | null;
  data: {
    claim: Claim;
    changes: Record<string, unknown> | null;
    context: Context;
    performed_by: PerformedBy;
  };
};

/** The status of a claim changed. */
export type CloudeventsClaimsStatusChanged = {
  specversion: string | null;
  id: string | null;
  source: string | null;
  type: "io.claimwire.claim.status_changed";
  subject: string | null;
  time: string | null;
  datacontenttype: string | null;
  data: {
    claim: Claim;
    changes: Record<string, unknown> | null;
    context: Context;
    performed_by: PerformedBy;
  };
};

/** A claim was accepted. */
export type CloudeventsClaimsApproved = {
  specversion: string | null;
  id: string | null;
  source: string | null;
  type: "io.claimwire.claim.approved";
  subject: string | null;
  time: string | null;
  datacontenttype: string | null;
  data: {
    claim: Claim;
    changes: Record<string, unknown> | null;
    context: Context;
    performed_by: PerformedBy;
  };
};

/** A claim was rejected. */
export type CloudeventsClaimsDenied = {
  specversion: string | null;
  id: string | null;
  source: string | null;
  type: "io.claimwire.claim.denied";
  subject: string | null;
  time: string | null;
  datacontenttype: string | null;
  data: {
    claim: Claim;
    changes: Record<string, unknown> | null;
    context: Context;
    performed_by: PerformedBy;
  };
};

/** A claim was closed. */
export type CloudeventsClaimsClosed = {
  specversion: string | null;
  id: string | null;
  source: string | null;
  type: "io.claimwire.claim.closed";
  subject: string | null;
  time: string | null;
  datacontenttype: string | null;
  data: {
    claim: Claim;
    changes: Record<string, unknown> | null;
    context: Context;
    performed_by: PerformedBy;
  };
};

/** A closed claim is open again. */
export type CloudeventsClaimsReopened = {
  specversion: string | null;
  id: string | null;
  source: string | null;
  type: "io.claimwire.claim.reopened";
  subject: string | null;
  time: string | null;
  datacontenttype: string | null;
  data: {
    claim: Claim;
    changes: Record<string, unknown> | null;
    context: Context;
    performed_by: PerformedBy;
  };
};

/** Someone works on the claim now, for the first time or instead of another. */
export type CloudeventsClaimsAssigned = {
  specversion: string | null;
  id: string | null;
  source: string | null;
  type: "io.claimwire.claim.assigned";
  subject: string | null;
  time: string | null;
  datacontenttype: string | null;
  data: {
    claim: Claim;
    changes: Record<string, unknown> | null;
    context: Context;
    performed_by: PerformedBy;
  };
};

/** Nobody works on the claim any more. */
export type CloudeventsClaimsUnassigned = {
  specversion: string | null;
  id: string | null;
  source: string | null;
  type: "io.claimwire.claim.unassigned";
  subject: string | null;
  time: string | null;
  datacontenttype: string | null;
  data: {
    claim: Claim;
    changes: Record<string, unknown> | null;
    context: Context;
    performed_by: PerformedBy;
  };
};

/** A label was put on a claim; once per label. */
export type CloudeventsClaimsLabelAdded = {
  specversion: string | null;
  id: string | null;
  source: string | null;
  type: "io.claimwire.claim.label_added";
  subject: string | null;
  time: string | null;
  datacontenttype: string | null;
  data: {
    claim: CloudeventsClaim;
    changes: Record<string, unknown> | null;
    context: Context;
    performed_by: PerformedBy;
  };
};

/** A label was taken off a claim; once per label. */
export type CloudeventsClaimsLabelRemoved = {
  specversion: string | null;
  id: string | null;
  source: string | null;
  type: "io.claimwire.claim.label_removed";
  subject: string | null;
  time: string | null;
  datacontenttype: string | null;
  data: {
    claim: CloudeventsClaim;
    changes: Record<string, unknown> | null;
    context: Context;
    performed_by: PerformedBy;
  };
};

/** The type of a claim changed. */
export type CloudeventsClaimsSwitchedType = {
  specversion: string | null;
  id: string | null;
  source: string | null;
  type: "io.claimwire.claim.switched_type";
  subject: string | null;
  time: string | null;
  datacontenttype: string | null;
  data: {
    claim: Claim;
    changes: Record<string, unknown> | null;
    context: Context;
    performed_by: PerformedBy;
  };
};

/** A damage was added to a claim; once per damage. */
export type CloudeventsClaimsDamageCreated = {
  specversion: string | null;
  id: string | null;
  source: string | null;
  type: "io.claimwire.claim.damage_created";
  subject: string | null;
  time: string | null;
  datacontenttype: string | null;
  data: {
    claim: {
      id: string | null;
      number: number | null;
      title: string | null;
      type: string | null;
      reason: string | null;
      resolution_preference: string | null;
      status: string | null;
      description: string | null;
      selected_items: Array<{
        sku: string | null;
        title: string | null;
        quantity: number | null;
        net_price: number | null;
        image_urls: Array<string | null> | null;
      }> | null;
      image_urls: Array<string | null> | null;
      optional_image_urls: Array<unknown> | null;
      customer_signature_image_url: string | null;
      labels: Array<string | null> | null;
      assignee: unknown;
      damages: Array<{
        id: string | null;
        damage_type: string | null;
        description: string | null;
      }> | null;
      customer: {
        external_id: string | null;
        email: string | null;
        first_name: string | null;
        last_name: string | null;
      };
      order_number: string | null;
      shipment_id: string | null;
      custom: Record<string, unknown>;
      created_at: string | null;
      updated_at: string | null;
      closed_at: unknown;
      damage: {
        id: string | null;
        damage_type: string | null;
        description: string | null;
      };
    };
    changes: Record<string, unknown> | null;
    context: Context;
    performed_by: PerformedBy;
  };
};

/** A damage was removed from a claim; once per damage. */
export type CloudeventsClaimsDamageDeleted = {
  specversion: string | null;
  id: string | null;
  source: string | null;
  type: "io.claimwire.claim.damage_deleted";
  subject: string | null;
  time: string | null;
  datacontenttype: string | null;
  data: {
    claim: {
      id: string | null;
      number: number | null;
      title: string | null;
      type: string | null;
      reason: string | null;
      resolution_preference: string | null;
      status: string | null;
      description: string | null;
      selected_items: Array<{
        sku: string | null;
        title: string | null;
        quantity: number | null;
        net_price: number | null;
        image_urls: Array<string | null> | null;
      }> | null;
      image_urls: Array<string | null> | null;
      optional_image_urls: Array<unknown> | null;
      customer_signature_image_url: string | null;
      labels: Array<string | null> | null;
      assignee: unknown;
      damages: Array<unknown> | null;
      customer: {
        external_id: string | null;
        email: string | null;
        first_name: string | null;
        last_name: string | null;
      };
      order_number: string | null;
      shipment_id: string | null;
      custom: Record<string, unknown>;
      created_at: string | null;
      updated_at: string | null;
      closed_at: unknown;
      damage: {
        id: string | null;
        damage_type: string | null;
        description: string | null;
      };
    };
    changes: Record<string, unknown> | null;
    context: Context;
    performed_by: PerformedBy;
  };
};

/** A claim was deleted; the data is its last snapshot. */
export type CloudeventsClaimsDeleted = {
  specversion: string | null;
  id: string | null;
  source: string | null;
  type: "io.claimwire.claim.deleted";
  subject: string | null;
  time: string | null;
  datacontenttype: string | null;
  data: {
    claim: Claim;
    changes: Record<string, unknown> | null;
    context: Context;
    performed_by: PerformedBy;
  };
};

/** A contact was made. */
export type CloudeventsContactsCreated = {
  specversion: string | null;
  id: string | null;
  source: string | null;
  type: "io.claimwire.contact.created";
  subject: string | null;
  time: string | null;
  datacontenttype: string | null;
  data: {
    contact: Contact;
    changes: Record<string, unknown> | null;
    context: Context;
    performed_by: PerformedBy;
  };
};

/** The customer wrote on a claim. */
export type CloudeventsMessagesReceived = {
  specversion: string | null;
  id: string | null;
  source: string | null;
  type: "io.claimwire.message.received";
  subject: string | null;
  time: string | null;
  datacontenttype: string | null;
  data: {
    message: Message;
    changes: Record<string, unknown> | null;
    context: Context;
    performed_by: PerformedBy;
  };
};

/** The customer was written to on a claim. */
export type CloudeventsMessagesSent = {
  specversion: string | null;
  id: string | null;
  source: string | null;
  type: "io.claimwire.message.sent";
  subject: string | null;
  time: string | null;
  datacontenttype: string | null;
  data: {
    message: Message;
    changes: Record<string, unknown> | null;
    context: Context;
    performed_by: PerformedBy;
  };
};

/** An order was imported or updated. */
export type CloudeventsOrdersSynced = {
  specversion: string | null;
  id: string | null;
  source: string | null;
  type: "io.claimwire.order.synced";
  subject: string | null;
  time: string | null;
  datacontenttype: string | null;
  data: {
    order: Order;
    changes: Record<string, unknown> | null;
    context: Context;
    performed_by: PerformedBy;
  };
};

/** What a carrier says of a parcel; `GET /v1/event-types` lists the names. */
export type CloudeventsShipments = {
  specversion: string | null;
  id: string | null;
  source: string | null;
  type: `io.claimwire.shipment.${string}`;
  subject: string | null;
  time: string | null;
  datacontenttype: string | null;
  data: {
    shipment: CloudeventsShipment;
    changes: Record<string, unknown> | null;
    context: Context;
    performed_by: PerformedBy;
  };
};

/** A webhook has used up half of what it may fail before it is disabled. */
export type CloudeventsWebhooksWarned = {
  specversion: string | null;
  id: string | null;
  source: string | null;
  type: "io.claimwire.webhook.warned";
  subject: string | null;
  time: string | null;
  datacontenttype: string | null;
  data: {
    webhook: CloudeventsWebhook;
    changes: Record<string, unknown> | null;
    context: Context;
    performed_by: PerformedBy;
  };
};

/** A webhook was disabled because it kept failing or answered 410. */
export type CloudeventsWebhooksDisabled = {
  specversion: string | null;
  id: string | null;
  source: string | null;
  type: "io.claimwire.webhook.disabled";
  subject: string | null;
  time: string | null;
  datacontenttype: string | null;
  data: {
    webhook: CloudeventsWebhook;
    changes: Record<string, unknown> | null;
    context: Context;
    performed_by: PerformedBy;
  };
};

export type CloudeventsEvent =
  | CloudeventsClaimsCreated
  | CloudeventsClaimsUpdated
  | CloudeventsClaimsDetailsChanged
  | CloudeventsClaimsStatusChanged
  | CloudeventsClaimsApproved
  | CloudeventsClaimsDenied
  | CloudeventsClaimsClosed
  | CloudeventsClaimsReopened
  | CloudeventsClaimsAssigned
  | CloudeventsClaimsUnassigned
  | CloudeventsClaimsLabelAdded
  | CloudeventsClaimsLabelRemoved
  | CloudeventsClaimsSwitchedType
  | CloudeventsClaimsDamageCreated
  | CloudeventsClaimsDamageDeleted
  | CloudeventsClaimsDeleted
  | CloudeventsContactsCreated
  | CloudeventsMessagesReceived
  | CloudeventsMessagesSent
  | CloudeventsOrdersSynced
  | CloudeventsShipments
  | CloudeventsWebhooksWarned
  | CloudeventsWebhooksDisabled;
