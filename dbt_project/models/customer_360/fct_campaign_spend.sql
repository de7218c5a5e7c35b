with

campaign_spend as (

    {{ rows_of('campaign_spend_models') }}

),

rates as (

    select * from {{ ref('int_customer_360__exchange_rates') }}

),

in_reporting_currency as (

    select
        campaign_spend.campaign_id,
        campaign_spend.source,

        campaign_spend.campaign,
        campaign_spend.channel,

        campaign_spend.spent_on,
        campaign_spend.currency_code,

        campaign_spend.amount_minor,
        campaign_spend.amount_minor * rates.minor_to_reporting_minor as amount_reporting

    from campaign_spend
    left join rates
        on
            campaign_spend.currency_code = rates.currency_code
            and cast({{ dbt.date_trunc('month', 'campaign_spend.spent_on') }} as date) = rates.rate_month

)

select * from in_reporting_currency
