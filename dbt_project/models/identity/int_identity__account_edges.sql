-- Which account records are one company. A domain alone is not enough: a group's companies share one.

with

account_records as (

    select * from {{ ref('int_identity__account_records') }}

),

registered as (

    select
        account_key,
        'same_registry_id' as rule,
        coalesce(country_code, '') || '|' || registry_clean as account_value
    from account_records
    where registry_clean is not null

),

at_one_domain as (

    select
        account_key,
        'same_domain' as rule,
        domain_clean || '|' || name_clean as account_value
    from account_records
    where domain_clean is not null and name_clean is not null

),

-- a name says who it is where all who have it and tell a domain tell the same one
names as (

    select
        name_clean,
        country_code
    from account_records
    where name_clean is not null and country_code is not null
    group by name_clean, country_code
    having count(distinct domain_clean) <= 1

),

named as (

    select
        account_records.account_key,
        'same_name' as rule,
        account_records.country_code || '|' || account_records.name_clean as account_value
    from account_records
    inner join names
        on
            account_records.name_clean = names.name_clean
            and account_records.country_code = names.country_code

),

keys as (

    select * from registered
    union all
    select * from at_one_domain
    union all
    select * from named

),

-- every key is a star around its first record
stars as (

    select
        rule,
        account_key,
        min(account_key) over (partition by rule, account_value) as hub_key
    from keys

),

account_edges as (

    select distinct
        hub_key as account_l,
        account_key as account_r,
        rule
    from stars
    where account_key <> hub_key

)

select * from account_edges
