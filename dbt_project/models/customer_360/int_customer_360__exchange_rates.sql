with

exchange_rates as (

    select * from {{ ref('exchange_rates') }}

),

currencies as (

    select * from {{ ref('currencies') }}

),

reporting_currency as (

    select minor_digits as reporting_digits
    from currencies
    where currency_code = '{{ var("reporting_currency") }}'

),

-- what one minor unit was worth in minor units of the reporting currency
rates as (

    select
        exchange_rates.rate_month,
        exchange_rates.currency_code,
        exchange_rates.to_reporting
        * power(10, reporting_currency.reporting_digits - currencies.minor_digits) as minor_to_reporting_minor
    from exchange_rates
    inner join currencies on exchange_rates.currency_code = currencies.currency_code
    cross join reporting_currency

)

select * from rates
