-- Stripe's bills: one per billing cycle, some gifts ordered once, their charges and refunds, and the feed of events about all of it.

create temp table gift as
with seeds as (
    select person_no, person_id, payer_key, id as customer_id, p.currency, c.stripe_digits, c.price_factor, k,
        whole_second(moment(payer_key, 'gift' || k, born_at + to_days(1), getvariable('plan_end') + to_days(3))) as created_at
    from payer p join currency c on c.code = p.currency, range(3) t(k)
    where not is_abandoned and rnd(payer_key, 'gives') < [0.22, 0.08, 0.03][k + 1]
)
select
    *, payer_key * 4 + k as gift_key,
    (1 + floor(rnd(gift_key, 'worth') * 12)::bigint) * (1000 * price_factor)::bigint as amount,
    rnd(gift_key, 'fate') as fate
from seeds where created_at < getvariable('plan_end');

create temp table bill as
select
    stripe_id('in', 'c' || cycle_key) as id, cycle_key as bill_no, person_id, customer_id, currency, amount, period_start as created_at,
    if(k = -1 or (k = 0 and not has_trial), 'subscription_create', 'subscription_cycle') as billing_reason,
    case when is_never_paid then 'uncollectible' when is_paid_late then 'paid late' when billing_reason = 'subscription_create' then 'paid tick once' else 'paid' end as fate_name,
    '[{"id":"' || stripe_id('il', 'c' || cycle_key) || '","object":"line_item","amount":' || amount || ',"currency":"' || lower(currency)
        || '","description":"' || if(k < 0, 'Trial period for ', quantity || ' x ') || box_name || '","quantity":' || quantity
        || ',"period":{"start":' || unix(period_start) || ',"end":' || unix(period_end)
        || '},"pricing":{"type":"price_details","price_details":{"price":"' || price_id || '","product":"' || product_id
        || '"},"unit_amount_decimal":"' || if(k < 0, 0, unit_minor) || '"},"parent":{"type":"subscription_item_details","subscription_item_details":{"subscription":"'
        || billing_cycle.id || '","subscription_item":"' || stripe_id('si', sub_key) || '","proration":false},"invoice_item_details":null}}]' as lines
from billing_cycle
union all
select
    stripe_id('in', 'g' || gift_key), 50000000000 + gift_key, person_id, customer_id, currency, amount, created_at, 'manual',
    case when fate < 0.86 then 'paid' when fate < 0.91 then 'paid late' when fate < 0.95 then 'uncollectible' when fate < 0.98 then 'dropped' else 'draft, then paid' end,
    '[{"id":"' || stripe_id('il', 'g' || gift_key) || '","object":"line_item","amount":' || amount || ',"currency":"' || lower(currency)
        || '","description":"Gift box","quantity":1,"period":{"start":' || unix(created_at) || ',"end":' || unix(created_at)
        || '},"pricing":null,"parent":{"type":"invoice_item_details","subscription_item_details":null,"invoice_item_details":{"invoice_item":"'
        || stripe_id('ii', 'g' || gift_key) || '","proration":false,"subscription":null}}}]'
from gift;

create temp table bill_life as
select
    *,
    fate_name in ('paid tick once', 'paid') and billing_reason = 'subscription_create' as is_instant,
    case when is_instant then created_at when fate_name = 'dropped' then null when fate_name = 'draft, then paid' then created_at + to_days(4)
         else created_at + to_hours(1) end as finalized_at,
    case when fate_name in ('uncollectible', 'dropped') then null
         when fate_name = 'paid late' then seconds_later(finalized_at, 86400 * (2 + 4 * rnd(id, 'pays late'))) else finalized_at end as paid_at,
    case fate_name when 'uncollectible' then created_at + to_days(21) when 'dropped' then created_at + to_days(3) end as given_up_at
from bill;

create temp table bill_version as
select
    *,
    case when tick >= paid_at then 'paid' when tick >= given_up_at and fate_name = 'uncollectible' then 'uncollectible'
         when tick >= finalized_at then 'open' else 'draft' end as status,
    coalesce(tick >= given_up_at and fate_name = 'dropped', false) as is_gone,
    case when is_gone then 'deleted' when tick >= paid_at then 'paid' when tick >= given_up_at then 'marked_uncollectible'
         when tick = created_at then 'created' else 'payment_failed' end as event
from (select *, unnest(list_distinct(list_filter([created_at, finalized_at, paid_at, given_up_at], x -> x is not null))) as tick from bill_life)
where tick < getvariable('plan_end');

insert into vendor.stripe__invoices by name
select
    id, customer_id, if(tick >= finalized_at, 'AUR-' || bill_no, null) as number, status, billing_reason, lower(currency) as currency,
    amount as subtotal, amount as subtotal_excluding_tax, amount as total, amount as total_excluding_tax, amount as amount_due,
    if(status = 'paid', amount, 0) as amount_paid,
    '{"object":"list","data":' || lines || ',"has_more":false,"total_count":1}' as lines,
    if(tick >= paid_at, paid_at, null) as paid_at, if(tick >= finalized_at, finalized_at, null) as finalized_at,
    '{}' as metadata, true as livemode, created_at, tick as _visible_at, is_gone as _is_gone
from bill_version;

create table truth.billing_versions as
select
    v.id as invoice_id, v.person_id, c.period_start::timestamptz as period_start, c.period_end::timestamptz as period_end, v.currency,
    v.amount / c.months::double as mrr_minor, v.status = 'uncollectible' as is_uncollectible, v.tick::timestamptz as visible_at,
    c.id as subscription_id, v.status = 'uncollectible' as is_given_up
from bill_version v join billing_cycle c on c.cycle_key = v.bill_no where v.billing_reason <> 'manual';

insert into truth.invoice_versions by name
select
    'stripe' as source, id as order_key, id as invoice_key, person_id,
    if(status = 'uncollectible', 'canceled', status) as status, false as is_test, currency, amount as net_minor,
    berlin_day(created_at) as ordered_on, created_at::timestamptz as ordered_at, tick::timestamptz as visible_at, is_gone
from bill_version where billing_reason = 'manual';

-- Charges: one that succeeds per paid bill, one that fails per bill that waits.
create temp table charge as
select
    stripe_id('ch', id) as id, id as invoice_id, person_id, customer_id, currency, amount, billing_reason, paid_at as created_at, true as is_paid,
    rnd(id, 'refund') < if(billing_reason = 'manual', 0.08, 0.015) as is_refunded,
    if(rnd(id, 'refund share') < 0.6, amount, greatest(amount // 3, 1)) as refund_amount,
    seconds_later(paid_at, 86400 * (1 + 20 * rnd(id, 'refund delay'))) as refunded_at,
    if(rnd(id, 'refund fails') < 0.06, 'failed', 'succeeded') as refund_status
from bill_life where paid_at < getvariable('plan_end') and amount > 0
union all
select
    stripe_id('ch', id || 'failed'), id, person_id, customer_id, currency, amount, billing_reason, finalized_at, false, false, 0, null, null
from bill_life where fate_name in ('paid late', 'uncollectible') and finalized_at < getvariable('plan_end') and amount > 0;

create temp table charge_version as
select *, coalesce(tick >= refunded_at and refund_status = 'succeeded', false) as gave_back
from (select *, unnest(if(is_refunded and refund_status = 'succeeded', [created_at, refunded_at], [created_at])) as tick from charge)
where tick < getvariable('plan_end');

insert into vendor.stripe__charges by name
select
    id, customer_id, amount, if(gave_back, refund_amount, 0) as amount_refunded, lower(currency) as currency, if(is_paid, 'succeeded', 'failed') as status,
    is_paid as paid, gave_back and refund_amount = amount as refunded, if(is_paid, null, 'card_declined') as failure_code, invoice_id,
    '{}' as metadata, true as livemode, created_at, tick as _visible_at, false as _is_gone
from charge_version;

insert into vendor.stripe__refunds by name
select
    stripe_id('re', id) as id, id as charge_id, refund_amount as amount, lower(currency) as currency, refund_status as status, 'requested_by_customer' as reason,
    '{}' as metadata, true as livemode, refunded_at as created_at, refunded_at as _visible_at, false as _is_gone
from charge where is_refunded and refunded_at < getvariable('plan_end');

insert into truth.refund_versions by name
select 'stripe' as source, invoice_id as order_key, id as refund_key, refund_amount as refund_minor, refund_status = 'succeeded' as counts,
    refunded_at::timestamptz as visible_at
from charge where is_refunded and refunded_at < getvariable('plan_end') and billing_reason = 'manual';

-- The feed: every version of every object is one event; a few reach the feed minutes after they happened.
insert into vendor.stripe__events by name
with happened as (
    select 'customer.' || event as type, id as object_id, 'customer' as object_type, tick from payer_version
    union all
    select 'customer.subscription.' || event, id, 'subscription', tick from subscription_version
    union all
    select 'invoice.' || event, id, 'invoice', tick from bill_version
    union all
    select case when gave_back then 'charge.refunded' when is_paid then 'charge.succeeded' else 'charge.failed' end, id, 'charge', tick from charge_version
    union all
    select 'refund.created', id, 'refund', _visible_at::timestamp from vendor.stripe__refunds
    union all
    select if(_visible_at = created_at, 'product.created', 'product.updated'), id, 'product', _visible_at::timestamp from vendor.stripe__products
    union all
    select 'price.created', id, 'price', _visible_at::timestamp from vendor.stripe__prices
)
select
    stripe_id('evt', type || object_id || unix(tick)) as id, type, '2025-03-31.basil' as api_version, object_id, object_type, true as livemode,
    tick as created_at, if(rnd(object_id, 'feed' || unix(tick)) < 0.03, tick + to_minutes(6), tick) as _visible_at, false as _is_gone
from happened;

insert into truth.record_owner select 'stripe', 'invoices', id, person_id from bill;
