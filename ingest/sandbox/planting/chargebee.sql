-- Care plans, billed by Chargebee in whole seconds: who holds which plan, and each of its periods as an invoice.
-- Its lists show some changes minutes late. Whoever only tried a plan may be deleted again, subscription and all.

create temp macro when_listed(tick, id) as if(rnd(id, 'list' || unix(tick)) < 0.03, tick + to_minutes(3), tick);

create temp table care_price as
select
    plan, months, code as currency, price_factor,
    'care-' || plan || '-' || code || '-' || case months when 1 then 'Monthly' when 3 then 'Quarterly' else 'Yearly' end as id,
    round(if(plan = 'basic', 1900, 3900) * case months when 1 then 1 when 3 then 2.85 else 10 end * price_factor)::bigint as unit_minor
from (values ('basic'), ('plus')) p(plan), (values (1), (3), (12)) m(months), currency;

insert into vendor.chargebee__item_prices by name
select
    id, 'care-' || plan as item_id, if(tick > getvariable('history_start'), 'Care plan (new)', 'Care plan') as name, 'plan' as item_type, 'flat_fee' as pricing_model, 'active' as status,
    currency as currency_code, unit_minor as price, if(months = 12, 1, months) as period, if(months = 12, 'year', 'month') as period_unit,
    getvariable('history_start') as created_at, false as deleted, epoch_ms(tick) as resource_version, tick as updated_at, tick as _visible_at, false as _is_gone
from care_price, unnest(if(plan = 'plus', [getvariable('history_start'), getvariable('start') + to_hours(30)], [getvariable('history_start')])) u(tick);

-- A price that nobody ever paid is removed while the warehouse watches.
insert into vendor.chargebee__item_prices by name
select
    'care-try-EUR-Weekly' as id, 'care-try' as item_id, 'Care plan to try' as name, 'plan' as item_type, 'flat_fee' as pricing_model, 'active' as status,
    'EUR' as currency_code, 900 as price, 1 as period, 'week' as period_unit, getvariable('history_start') as created_at, tick > getvariable('start') as deleted,
    epoch_ms(tick) as resource_version, tick as updated_at, tick as _visible_at, false as _is_gone
from unnest([getvariable('history_start'), getvariable('start') + to_hours(20)]) u(tick);

create temp table care_plan as
with holders as (
    select *, whole_second(days_later(buys_at, 10 + 170 * rnd(person_no, 'plan begins'))) as begins_at
    from person where buys and not is_test and rnd(person_no, 'care plan') < 0.2
), chosen as (
    select
        *, rnd(person_no, 'plan trial') < 0.3 as has_trial, if(has_trial, begins_at + to_days(14), begins_at) as paid_from,
        case when rnd(person_no, 'plan term') < 0.7 then 1 when rnd(person_no, 'plan term') < 0.85 then 3 else 12 end as months,
        if(rnd(person_no, 'plan size') < 0.6, 'basic', 'plus') as first_plan,
        case when rnd(person_no, 'plan change') < 0.25 then 1 + floor(rnd(person_no, 'plan change when') * 5)::int end as change_cycle,
        case when has_trial and rnd(person_no, 'tries only') < 0.25 then 0 else 1 + floor(exponential(person_no, 'keeps plan') * 11 / months)::int end as cycles
    from holders where begins_at < getvariable('plan_end')
)
select
    *, 'cb' || substr(digest('care customer', person_no), 1, 14) as customer_id, 'cp' || substr(digest('care plan', person_no), 1, 14) as id,
    cycles >= 2 and rnd(person_no, 'plan unpaid') < 0.12 as is_unpaid,
    paid_from + to_months((cycles * months)::int) as last_period_end,
    -- An unpaid plan is cancelled twenty days into the period nobody pays for.
    if(is_unpaid, paid_from + to_months(((cycles - 1) * months)::int) + to_days(20), last_period_end) as ended_at,
    case when is_unpaid then null
         when cycles = 0 then whole_second(moment(person_no, 'ends trial', begins_at + to_days(1), paid_from))
         else whole_second(moment(person_no, 'ends plan', paid_from + to_months(((cycles - 1) * months)::int) + to_hours(2), last_period_end)) end as noticed_at,
    if(cycles = 0 and rnd(person_no, 'plan deleted') < 0.4, paid_from + to_days(20), null) as deleted_at,
    contact_at is not null and contact_at < begins_at and rnd(person_no, 'plan crm') < 0.3 as is_crm_linked_plan,
    first_shop_at is not null and erp_at < begins_at and rnd(person_no, 'plan number') < 0.3 as is_numbered
from chosen;

insert into vendor.chargebee__customers by name
select
    customer_id as id, first_name, last_name, mail_variant(main_mail, person_no, 'plan mail') as email,
    if(rnd(person_no, 'plan phone') < 0.5, phone_variant(phone, person_no, 'plan phone style'), null) as phone,
    if(tick >= moved_at, 'Neue Straße 7', street) as address_line_1, place_of_living.name as city, place_of_living.code as postal_code, country,
    currency as preferred_currency_code,
    if(is_crm_linked_plan, (20000000000 + person_no * 10 + 1)::varchar, null) as crm_contact_id, if(is_numbered, erp_number, null) as customer_number,
    begins_at - to_seconds(90) as created_at, coalesce(tick >= deleted_at, false) as deleted, epoch_ms(tick) as resource_version, tick as updated_at,
    when_listed(tick, customer_id) as _visible_at, false as _is_gone
from (
    select *, unnest(list_filter([begins_at - to_seconds(90), moved_at, deleted_at], x -> x <= coalesce(deleted_at, x))) as tick
    from (select *, if(rnd(person_no, 'plan moved') < 0.1, whole_second(moment(person_no, 'plan house', begins_at + to_days(1), getvariable('plan_end'))), null) as moved_at from care_plan)
)
where tick < getvariable('plan_end');

create temp table care_period as
select
    p.*, k, person_no * 64 + k as period_no, 'CP-' || period_no as invoice_id,
    paid_from + to_months((k * p.months)::int) as period_start, paid_from + to_months(((k + 1) * p.months)::int) as period_end,
    if(k >= change_cycle, if(first_plan = 'basic', 'plus', 'basic'), first_plan) as plan, price.id as price_id, price.unit_minor,
    k = cycles - 1 and is_unpaid as is_never_paid, rnd(period_no, 'bill fate') as bill_fate
from care_plan p, range(40) t(k)
join care_price price on price.currency = p.currency and price.months = p.months and price.plan = if(k >= change_cycle, if(first_plan = 'basic', 'plus', 'basic'), first_plan)
where k < cycles and period_start < getvariable('plan_end');

insert into vendor.chargebee__subscriptions by name
with moments as (
    select person_no, begins_at as tick, -1 as k from care_plan
    union all
    select person_no, period_start, k from care_period where period_start > begins_at
    union all
    select person_no, noticed_at, cycles - 1 from care_plan
    union all
    select person_no, ended_at, cycles - 1 from care_plan
    union all
    select person_no, deleted_at, -1 from care_plan
), lived as (
    select p.*, m.tick, m.k, m.tick >= ended_at as is_over, coalesce(m.tick >= noticed_at, false) and not is_over as is_leaving, has_trial and m.tick < paid_from as is_trying
    from moments m join care_plan p using (person_no) where m.tick < getvariable('plan_end')
)
select
    l.id, customer_id, case when is_over then 'cancelled' when is_trying then 'in_trial' when is_leaving then 'non_renewing' else 'active' end as status,
    l.currency as currency_code,
    '[{"item_price_id":"' || price.id || '","item_type":"plan","quantity":1,"unit_price":' || price.unit_minor || ',"amount":' || price.unit_minor || ',"object":"subscription_item"}]' as subscription_items,
    if(l.months = 12, 1, l.months) as billing_period, if(l.months = 12, 'year', 'month') as billing_period_unit,
    begins_at as started_at, if(has_trial, begins_at, null) as trial_start_at, if(has_trial, paid_from, null) as trial_end_at, if(tick >= paid_from and cycles > 0, paid_from, null) as activated_at,
    if(is_trying, begins_at, paid_from + to_months((greatest(l.k, 0) * l.months)::int)) as current_term_start_at,
    if(is_trying, paid_from, paid_from + to_months(((greatest(l.k, 0) + 1) * l.months)::int)) as current_term_end_at,
    if(is_leaving, noticed_at, null) as cancel_schedule_created_at, if(is_leaving or is_over, ended_at, null) as cancelled_at,
    case when is_over and is_unpaid then 'not_paid' end as cancel_reason,
    if(is_leaving or (is_over and not is_unpaid), pick(['Too expensive', 'No longer needed', 'Moved away', 'Dissatisfied'], person_no, 'plan reason'), null) as cancel_reason_code,
    begins_at as created_at, coalesce(tick >= deleted_at, false) as deleted, epoch_ms(tick) as resource_version, tick as updated_at, when_listed(tick, l.id) as _visible_at, false as _is_gone
from lived l
join care_price price on price.currency = l.currency and price.months = l.months and price.plan = if(greatest(l.k, 0) >= change_cycle, if(first_plan = 'basic', 'plus', 'basic'), first_plan)
qualify row_number() over (partition by person_no, tick order by l.k desc) = 1;

create temp table care_bill_version as
select
    *,
    case when tick >= voided_at then 'voided' when tick >= given_up_at then 'not_paid' when tick >= paid_at then 'paid' else 'payment_due' end as status,
    coalesce(tick >= removed_at, false) as is_removed,
    when_listed(tick, invoice_id) as seen_at
from (
    select *, unnest(list_distinct(list_filter([period_start, paid_at, given_up_at, voided_at, removed_at], x -> x is not null))) as tick
    from (
        select
            *,
            if(is_never_paid, period_start + to_days(19), null) as given_up_at,
            if(not is_never_paid and bill_fate < 0.012, period_start + to_days(2), null) as voided_at,
            if(not is_never_paid and bill_fate between 0.012 and 0.02, period_start + to_days(3), null) as removed_at,
            case when is_never_paid or voided_at is not null then null when bill_fate > 0.93 then period_start + to_days(3) + to_seconds(7) else period_start end as paid_at
        from care_period
    )
)
where tick < getvariable('plan_end');

insert into vendor.chargebee__invoices by name
select
    invoice_id as id, customer_id, id as subscription_id, status, 'tax_exclusive' as price_type, true as recurring, currency as currency_code,
    unit_minor as sub_total, 0 as tax, unit_minor as total, if(status = 'paid', unit_minor, 0) as amount_paid, if(status in ('payment_due', 'not_paid'), unit_minor, 0) as amount_due,
    '[{"id":"li_' || invoice_id || '","object":"line_item","subscription_id":"' || id || '","customer_id":"' || customer_id || '","entity_type":"plan_item_price","entity_id":"' || price_id
        || '","description":"Care plan","date_from":' || unix(period_start) || ',"date_to":' || unix(period_end) || ',"unit_amount":' || unit_minor || ',"quantity":1,"amount":' || unit_minor
        || ',"pricing_model":"flat_fee","is_taxed":false,"tax_amount":0,"discount_amount":0,"item_level_discount_amount":0}]' as line_items,
    period_start as invoiced_at, if(tick >= paid_at, paid_at, null) as paid_at, if(tick >= voided_at, voided_at, null) as voided_at,
    is_removed as deleted, epoch_ms(tick) as resource_version, tick as updated_at, seen_at as _visible_at, false as _is_gone
from care_bill_version;

insert into truth.billing_versions by name
select
    'chargebee ' || invoice_id as invoice_id, person_id, period_start::timestamptz as period_start, period_end::timestamptz as period_end, currency,
    unit_minor / months::double as mrr_minor, status in ('not_paid', 'voided') or is_removed as is_uncollectible, seen_at::timestamptz as visible_at,
    id as subscription_id, status = 'not_paid' and not is_removed as is_given_up
from care_bill_version;

insert into truth.trial_versions
select id, trial_end_at, _visible_at, deleted from vendor.chargebee__subscriptions where trial_end_at is not null;

-- A few periods are paid back in full, as a matter of goodwill: the period stays what it was.
insert into vendor.chargebee__credit_notes by name
select
    'CN-' || period_no as id, customer_id, id as subscription_id, invoice_id as reference_invoice_id, 'refundable' as type, 'service_unsatisfactory' as reason_code,
    if(tick > issued_at, 'refunded', 'refund_due') as status, currency as currency_code, unit_minor as total, if(tick > issued_at, unit_minor, 0) as amount_refunded,
    issued_at, if(tick > issued_at, tick, null) as refunded_at, false as deleted, epoch_ms(tick) as resource_version, tick as updated_at, when_listed(tick, invoice_id) as _visible_at, false as _is_gone
from (
    select *, unnest([issued_at, issued_at + to_hours(5)]) as tick
    from (select *, whole_second(days_later(period_start, 4 + 9 * rnd(period_no, 'goodwill when'))) as issued_at from care_period
        where not is_never_paid and bill_fate between 0.02 and 0.06)
)
where tick < getvariable('plan_end');

insert into truth.record_owner
select 'chargebee', 'customers', customer_id, person_id from care_plan
union all
select 'chargebee', 'subscriptions', id, person_id from care_plan
union all
select distinct 'chargebee', 'invoices', invoice_id, person_id from care_bill_version;
