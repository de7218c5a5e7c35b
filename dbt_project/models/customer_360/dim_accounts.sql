with

companies as (

    select * from {{ ref('stg_hubspot__companies') }}

),

country_spellings as (

    select * from {{ ref('int_identity__country_spellings') }}

),

customer_accounts as (

    select * from {{ ref('int_customer_360__customer_accounts') }}

),

customer_counts as (

    select
        account_id,
        count(*) as customer_count
    from customer_accounts
    group by account_id

),

accounts as (

    select
        {{ account_id('hubspot', 'companies.company_id') }} as account_id,
        companies.name,
        companies.domain,
        companies.industry,
        country_spellings.country_code
    from companies
    left join country_spellings on lower(trim(companies.country)) = country_spellings.spelling
    where not companies.is_deleted

),

with_counts as (

    select
        accounts.account_id,
        accounts.name,
        accounts.domain,
        accounts.industry,
        accounts.country_code,
        coalesce(customer_counts.customer_count, 0) as customer_count
    from accounts
    left join customer_counts on accounts.account_id = customer_counts.account_id

)

select * from with_counts
