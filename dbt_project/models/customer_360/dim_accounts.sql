with

memberships as (

    select * from {{ source('identity_state', 'account_xref') }}
    where valid_to is null

),

account_records as (

    select * from {{ ref('int_identity__account_records') }}

),

parents as (

    select * from {{ source('identity_state', 'account_parents') }}

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

-- of several records of a company the first that tells counts
accounts as (

    select
        memberships.account_id,
        min_by(account_records.name, account_records.account_key)
        filter (where account_records.name is not null) as name,
        min_by(account_records.domain, account_records.account_key)
        filter (where account_records.domain is not null) as domain,
        min_by(account_records.industry, account_records.account_key)
        filter (where account_records.industry is not null) as industry,
        min_by(account_records.country_code, account_records.account_key)
        filter (where account_records.country_code is not null) as country_code,
        count(*) as record_count
    from memberships
    inner join account_records on memberships.account_key = account_records.account_key
    group by memberships.account_id

),

with_counts as (

    select
        accounts.account_id,
        accounts.name,
        accounts.domain,
        accounts.industry,
        accounts.country_code,
        parents.parent_account_id,
        parents.ultimate_account_id,
        accounts.record_count,
        coalesce(customer_counts.customer_count, 0) as customer_count
    from accounts
    left join parents on accounts.account_id = parents.account_id
    left join customer_counts on accounts.account_id = customer_counts.account_id

)

select * from with_counts
