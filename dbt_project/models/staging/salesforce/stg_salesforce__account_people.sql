with

account_records as (

    select * from {{ ref('stg_salesforce__account_records') }}

),

contacts as (

    select * from {{ ref('stg_salesforce__contacts') }}
    where not is_deleted and account_id is not null

),

leads as (

    select * from {{ ref('stg_salesforce__leads') }}
    where not is_deleted and converted_account_id is not null

),

people as (

    select
        account_id,
        {{ node_id('salesforce', 'contacts', ['contact_id']) }} as node_id
    from contacts
    union all
    select
        converted_account_id as account_id,
        {{ node_id('salesforce', 'leads', ['lead_id']) }} as node_id
    from leads

),

-- a converted lead may name an account that was merged away since
account_people as (

    select distinct
        'salesforce:' || coalesce(account_records.master_record_id, people.account_id) as account_key,
        people.node_id
    from people
    inner join account_records on people.account_id = account_records.account_id
    where not account_records.is_deleted or account_records.master_record_id is not null

)

select * from account_people
