with

spend as (

    select * from {{ ref('stg_file_drops__spend') }}
    where not is_withdrawn

),

currencies as (

    select * from {{ ref('currencies') }}

),

campaign_spend as (

    select
        'file_drops:' || spend.campaign_id as campaign_id,
        'file_drops' as source,

        spend.campaign,
        spend.channel,
        spend.spent_on,

        spend.currency_code,
        {{ to_minor('spend.cost', 'currencies.minor_digits') }} as amount_minor

    from spend
    left join currencies on spend.currency_code = currencies.currency_code

)

select * from campaign_spend
