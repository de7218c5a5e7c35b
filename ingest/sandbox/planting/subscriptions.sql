-- Boxes by subscription: who holds which plan from when to when, and what Stripe tells about it. Stripe counts whole seconds.

create temp table box as
select
    size, months, code as currency, stripe_digits,
    ['Small', 'Medium', 'Large'][size] || ' box' as name,
    stripe_id('prod', size) as product_id,
    stripe_id('price', size * 1000 + months * 10 + ascii(code)) as price_id,
    round([1990, 2990, 4490][size] * if(months = 12, 10, 1) * price_factor / if(stripe_digits = 0, 1, 10))::bigint * if(stripe_digits = 0, 1, 10) as unit_minor
from range(1, 4) s(size), (values (1), (12)) m(months), currency;

create temp macro plan_subscriptions(seeds) as table
with begun as (
    select
        *, person_no * 2 + sub_seq - 1 as sub_key,
        rnd(sub_key, 'trial') < if(sub_seq = 1, 0.4, 0) as has_trial,
        if(has_trial, begins_at + to_days(14), begins_at) as paid_from,
        if(rnd(sub_key, 'yearly') < 0.2, 12, 1) as months,
        1 + floor(rnd(sub_key, 'size') * 2.4)::int as size,
        case when rnd(sub_key, 'quantity') < 0.85 then 1 when rnd(sub_key, 'quantity') < 0.96 then 2 else 3 end as quantity,
        case when rnd(sub_key, 'change') < 0.15 then 'up' when rnd(sub_key, 'change') < 0.22 then 'down' end as change,
        1 + floor(rnd(sub_key, 'change cycle') * 6)::int as change_cycle,
        case when has_trial and rnd(sub_key, 'trial only') < 0.22 then 0
             when months = 12 then 1 + (rnd(sub_key, 'renews') < 0.6)::int + (rnd(sub_key, 'renews') < 0.3)::int
             else 1 + floor(exponential(sub_key, 'stays') / 0.047)::int end as natural_cycles
    from query_table(seeds)
), shocked as (
    -- The outage of March 2026 drives some away at the end of the period they are in.
    select
        *,
        if(natural_cycles > 0 and months = 1 and paid_from < timestamp '2026-03-01' and paid_from + to_months(natural_cycles) > timestamp '2026-05-01'
                and rnd(sub_key, 'outage churn') < 0.08,
            datesub('month', paid_from, timestamp '2026-03-20') + 1, natural_cycles) as cycles
    from begun
), ended as (
    select
        *,
        paid_from + to_months((cycles * months)::int) as last_period_end,
        cycles >= 2 and rnd(sub_key, 'unpaid') < 0.12 as is_unpaid
    from shocked
)
select
    *,
    case when cycles = 0 then 'trial' when is_unpaid then 'unpaid' else 'voluntary' end as ends_by,
    -- An unpaid subscription is cancelled three weeks into the period nobody pays for.
    if(is_unpaid, paid_from + to_months(((cycles - 1) * months)::int) + to_days(21), last_period_end) as ended_at,
    case when is_unpaid then ended_at
         when cycles = 0 then whole_second(moment(sub_key, 'cancels', begins_at + to_days(1), paid_from))
         else whole_second(moment(sub_key, 'cancels', paid_from + to_months(((cycles - 1) * months)::int) + to_hours(1), last_period_end)) end as canceled_at
from ended;

create temp table first_seed as
select person_no, person_id, currency, 1 as sub_seq, first_subscription_at as begins_at from person
where first_subscription_at < getvariable('plan_end');

create temp table first_subscription as from plan_subscriptions('first_seed');

create temp table second_seed as
select person_no, person_id, currency, 2 as sub_seq, ended_at + to_seconds(floor((40 + 110 * rnd(sub_key, 'away')) * 86400)::bigint) as begins_at
from first_subscription where ends_by = 'voluntary' and rnd(sub_key, 'returns') < 0.3;

create temp table subscription as
select
    *,
    stripe_id('sub', sub_key) as id,
    -- Four in ten who come back sign up anew under a second payer record.
    person_no * 2 + (sub_seq = 2 and rnd(person_no, 'new payer') < 0.4)::int as payer_key,
    stripe_id('cus', payer_key) as customer_id
from (from first_subscription union all by name from plan_subscriptions('second_seed'))
where begins_at < getvariable('plan_end');

-- One row per period that is billed: the trial is period -1 with nothing to pay.
create temp table billing_cycle as
with cycles as (
    select
        s.*, k,
        if(k < 0, begins_at, paid_from + to_months((k * months)::int)) as period_start,
        if(k < 0, paid_from, paid_from + to_months(((k + 1) * months)::int)) as period_end,
        change is not null and k >= change_cycle as has_changed
    from subscription s, range(-1, 40) t(k) where k < cycles and (k >= 0 or has_trial)
), sized as (
    select
        * exclude (size, quantity),
        case when has_changed and change = 'up' and size < 3 then size + 1 when has_changed and change = 'down' and size > 1 then size - 1 else size end as size,
        case when has_changed and change = 'up' and size = 3 then quantity + 1 when has_changed and change = 'down' and size = 1 then greatest(quantity - 1, 1)
             else quantity end as quantity
    from cycles where period_start < getvariable('plan_end')
)
select
    sized.*, box.price_id, box.product_id, box.unit_minor, box.name as box_name,
    sub_key * 64 + k + 1 as cycle_key,
    if(k < 0, 0, sized.quantity * box.unit_minor) as amount,
    k = cycles - 1 and is_unpaid as is_never_paid,
    k > 0 and not is_never_paid and rnd(cycle_key, 'late') < 0.04 as is_paid_late
from sized join box using (size, months, currency);

-- What changes a subscription: each new period, the wish to leave, the end, a failed payment.
create temp table subscription_moment as
select cycle_key, period_start as tick, case when k = -1 or (k = 0 and not has_trial) then 'created' else 'updated' end as event from billing_cycle
union all
select cycle_key, canceled_at, 'updated' from billing_cycle where k = cycles - 1 and not is_unpaid
union all
select cycle_key, ended_at, 'deleted' from billing_cycle where k = cycles - 1
union all
select cycle_key, period_start + to_hours(1), 'updated' from billing_cycle where is_never_paid;

create temp table subscription_version as
select c.*, m.tick, m.event, coalesce(m.tick >= canceled_at, false) as is_leaving, m.tick >= ended_at as is_over
from subscription_moment m join billing_cycle c using (cycle_key)
where tick < getvariable('plan_end');

insert into vendor.stripe__subscriptions by name
select
    id, customer_id,
    case when is_over then 'canceled' when k < 0 then 'trialing' when is_never_paid and tick > period_start then 'past_due' else 'active' end as status,
    lower(currency) as currency,
    '{"object":"list","data":[{"id":"' || stripe_id('si', sub_key) || '","object":"subscription_item","price":{"id":"' || price_id
        || '","object":"price","currency":"' || lower(currency) || '","unit_amount":' || unit_minor || ',"product":"' || product_id
        || '","recurring":{"interval":"' || if(months = 12, 'year', 'month') || '","interval_count":1,"usage_type":"licensed"}},"quantity":' || quantity
        || ',"current_period_start":' || unix(period_start) || ',"current_period_end":' || unix(period_end) || '}],"has_more":false}' as items,
    '[]' as discounts,
    begins_at as started_at,
    if(has_trial, begins_at, null) as trial_start_at, if(has_trial, paid_from, null) as trial_end_at,
    if(is_leaving, canceled_at, null) as canceled_at, if(is_leaving and not is_over and not is_unpaid, ended_at, null) as cancel_at,
    if(is_over, ended_at, null) as ended_at,
    is_leaving and not is_over as cancel_at_period_end,
    case when not is_leaving then null when is_unpaid then 'payment_failed' else 'cancellation_requested' end as cancellation_reason,
    if(is_leaving and not is_unpaid, pick(['too_expensive', 'missing_features', 'switched_service', 'unused', 'customer_service', 'low_quality'], sub_key, 'feedback'), null)
        as cancellation_feedback,
    '{}' as metadata, true as livemode, begins_at as created_at, tick as _visible_at, false as _is_gone
from subscription_version
-- Two things in one second are one version: the later in life counts.
qualify row_number() over (partition by sub_key, tick order by k desc, event = 'deleted' desc, event = 'created' desc) = 1;

insert into vendor.stripe__products by name
select distinct product_id as id, name || if(tick > getvariable('start'), ' (new edition)', '') as name, true as active, '{}' as metadata, true as livemode,
    getvariable('history_start') as created_at, tick as _visible_at, false as _is_gone
from box, unnest(if(size = 3, [getvariable('history_start'), getvariable('start') + to_hours(50)], [getvariable('history_start')])) u(tick);

insert into vendor.stripe__prices by name
select
    price_id as id, product_id, lower(currency) as currency, unit_minor as unit_amount, unit_minor::varchar as unit_amount_decimal, 'recurring' as type,
    'per_unit' as billing_scheme, if(months = 12, 'year', 'month') as recurring_interval, 1 as recurring_interval_count, 'licensed' as usage_type,
    true as active, '{}' as metadata, true as livemode, getvariable('history_start') as created_at, getvariable('history_start') as _visible_at, false as _is_gone
from box;

create table truth.trial_versions as
select id as subscription_id, trial_end_at, _visible_at as visible_at, false as is_gone from vendor.stripe__subscriptions where trial_end_at is not null;

insert into truth.record_owner select 'stripe', 'subscriptions', id, person_id from subscription;
