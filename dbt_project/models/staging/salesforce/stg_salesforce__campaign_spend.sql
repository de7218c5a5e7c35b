with

campaigns as (

    select * from {{ ref('stg_salesforce__campaigns') }}
    where not is_deleted and start_on is not null and actual_cost > 0

),

currencies as (

    select * from {{ ref('currencies') }}

),

-- what was told on a day was spent by then
costs as (

    select
        campaigns.campaign_id,
        campaigns.campaign_name,
        campaigns.campaign_type,
        currencies.currency_code,
        {{ to_minor('campaigns.actual_cost', 'currencies.minor_digits') }} as cost_minor,
        campaigns.start_on,
        greatest(
            campaigns.start_on,
            least(coalesce(campaigns.end_on, {{ local_date('campaigns._observed_at') }}), {{ local_date('campaigns._observed_at') }})
        ) as last_on
    from campaigns
    inner join currencies
        on coalesce(campaigns.currency_code, '{{ var("salesforce_local_currency", "EUR") }}') = currencies.currency_code

),

days as (

    select
        *,
        {{ date_series('start_on', 'last_on', 'day') }} as spent_on
    from costs

),

numbered as (

    select
        *,
        {{ days_between('start_on', 'spent_on') }} as days_before,
        {{ days_between('start_on', 'last_on') }} + 1 as days
    from days

),

-- in even parts whose sum is the cost, to the cent
campaign_spend as (

    select
        'salesforce:' || campaign_id as campaign_id,
        'salesforce' as source,
        campaign_name as campaign,
        campaign_type as channel,
        spent_on,
        currency_code,
        cast(
            floor(cost_minor * (days_before + 1) / days) - floor(cost_minor * days_before / days) as bigint
        ) as amount_minor
    from numbered

)

select * from campaign_spend
